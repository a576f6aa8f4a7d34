import { type SmplxJointName } from "../../format/bodyModel.js";

/** Body parts that are found by name; sided parts are looked for on both sides. The spine is found by hierarchy. */
export type BodyPart =
    | "pelvis"
    | "neck"
    | "head"
    | "jaw"
    | "eye"
    | "collar"
    | "shoulder"
    | "elbow"
    | "wrist"
    | "hip"
    | "knee"
    | "ankle"
    | "foot";

/** Names of one family of rigs: for every part the base words (see `ParseBoneName`) in order of preference. */
export interface IRigTemplate {
    /** Name of the family, for reports. */
    readonly name: string;
    /** Base words of each part. */
    readonly words: Readonly<Record<BodyPart, readonly string[]>>;
}

/** Parts without which no retargeting is possible. */
export const RequiredParts: readonly BodyPart[] = [
    "pelvis",
    "head",
    "shoulder",
    "elbow",
    "wrist",
    "hip",
    "knee",
    "ankle",
];

/** Parts that exist once, in the middle of the body. */
export const CentreParts: readonly BodyPart[] = ["pelvis", "neck", "head", "jaw"];

/** SMPL-X joints of a part: one, or one on each side. */
export function JointsOfPart(part: BodyPart): SmplxJointName[] {
    const names = CentreParts.includes(part) ? [part] : [`left_${part}`, `right_${part}`];
    return names as SmplxJointName[];
}

const Face: Readonly<Record<"jaw" | "eye", readonly string[]>> = {
    jaw: ["jaw", "mjaw", "jawmaster", "facialcjaw", "あご"],
    eye: ["eye", "faceeye", "facialeye", "eyesmplhf", "目"],
};

/** Order of the words in a row of the table below. */
const Columns = [
    "pelvis",
    "neck",
    "head",
    "collar",
    "shoulder",
    "elbow",
    "wrist",
    "hip",
    "knee",
    "ankle",
    "foot",
] as const;

/** A family from one row: parts in the order of {@link Columns}, alternatives of a part separated by blanks. */
function Template(name: string, row: string): IRigTemplate {
    const cells = row.split("|").map((cell) => cell.trim().split(/\s+/));
    const words: Partial<Record<BodyPart, readonly string[]>> = {};
    Columns.forEach((part, i) => (words[part] = cells[i]!));
    return { name, words: { ...words, ...Face } as Record<BodyPart, readonly string[]> };
}

/**
 * Known families; on a tie the earlier one wins. The same word means different bones in different families (`leg` is a
 * shin in Mixamo, `foot` the toes in SMPL), which is why families are scored as a whole.
 */
export const RigTemplates: readonly IRigTemplate[] = [
    // pelvis | neck | head | collar | shoulder | elbow | wrist | hip | knee | ankle | foot
    Template("mixamo", "hips | neck neck1 | head | shoulder | arm | forearm | hand | upleg | leg | foot | toebase toe"),
    Template("unreal", "pelvis | neck1 | head | clavicle | upperarm | lowerarm | hand | thigh | calf | foot | ball"),
    Template(
        "rigify",
        "hips spine | neck spine4 | head spine6 | shoulder | upperarm | forearm | hand | thigh | shin | foot | toe",
    ),
    Template(
        "smplx",
        "pelvis | neck | head | collar thorax | shoulder | elbow | wrist | hip | knee | ankle | foot toe",
    ),
    Template(
        "biped",
        "pelvis | neck neck1 | head head1 | clavicle | upperarm | forearm | hand | thigh | calf | foot | toe0 toebase toe",
    ),
    Template(
        "unity",
        "hips | neck | head | shoulder | upperarm | lowerarm | hand | upperleg | lowerleg | foot | toes toebase toe",
    ),
    Template(
        "makehuman",
        "root | neck1 | head | clavicle | upperarm1 | lowerarm1 | wrist | upperleg1 | lowerleg1 | foot | toe11",
    ),
    Template(
        "daz",
        "pelvis hip | necklower neck neck1 | head | collar shoulder | shldrbend shldr upperarm | " +
            "forearmbend forearm | hand | thighbend thigh | shin | foot | toe toes",
    ),
    Template(
        "character-creator",
        "hip | necktwist1 | head | clavicle | upperarm | forearm | hand | thigh | calf | foot | toebase",
    ),
    Template(
        "xsens",
        "pelvis hips | neck | head | shoulder | upperarm arm | forearm | hand | upperleg thigh | lowerleg shin | foot | toe",
    ),
    Template(
        "mmd",
        "下半身 センター | 首 | 頭 | 肩 | 腕 | ひじ 肘 | 手首 | 足 足d | ひざ ひざd 膝 | 足首 足首d | つま先 足先ex",
    ),
    Template(
        "webxr",
        "hips | neck | head | shoulder scapula | armupper | armlower | handwrist | upperleg | lowerleg | footankle | football",
    ),
];

/**
 * Words by meaning, for rigs of no family and for what a family leaves open. Looked at in this order, below the bone
 * that carries the part, so that `shoulder` is the upper arm only where nothing better is, and `leg` a thigh or a shin.
 */
export const WordsByMeaning: IRigTemplate = {
    name: "generic",
    words: {
        pelvis: ["hips", "pelvis", "hip", "lowerbody", "waist", "cadera", "koshi", "kosi", "rootx"],
        head: ["head", "skull", "cabeza", "atama", "kao"],
        neck: ["neck", "neck1", "necktwist1", "neckx", "cuello", "kubi"],
        shoulder: [
            "upperarm",
            "uparm",
            "armupper",
            "shldr",
            "humerus",
            "brazo",
            "ude",
            "arm",
            "armstretch",
            "shoulder",
        ],
        elbow: ["lowerarm", "forearm", "loarm", "armlower", "antebrazo", "radius", "elbow", "hiji", "forearmstretch"],
        wrist: ["wrist", "hand", "handwrist", "mano", "te", "palm", "palm2"],
        collar: ["clavicle", "collar", "collarbone", "clavicula", "kata", "scapula", "shoulder"],
        hip: ["upperleg", "upleg", "legupper", "thigh", "femur", "muslo", "momo", "thighstretch", "leg", "hip"],
        knee: [
            "lowerleg",
            "loleg",
            "lowleg",
            "leglower",
            "shin",
            "calf",
            "tibia",
            "pantorrilla",
            "sune",
            "knee",
            "hiza",
        ].concat(["legstretch", "leg"]),
        ankle: ["ankle", "foot", "pie", "asi", "ashi"],
        foot: ["toes", "toebase", "toe", "toe1", "ball", "toesx", "tsumasaki", "dedos", "foot"],
        ...Face,
    },
};

/** Part that carries another one: what a bone found by meaning has to hang below, once that part is known. */
export const CarrierOf: Readonly<Partial<Record<BodyPart, BodyPart>>> = {
    elbow: "shoulder",
    wrist: "elbow",
    knee: "hip",
    ankle: "knee",
    foot: "ankle",
    jaw: "head",
    eye: "head",
};

const VrmCentre: Readonly<Record<string, SmplxJointName>> = { hips: "pelvis", neck: "neck", head: "head", jaw: "jaw" };

const VrmSided: Readonly<Record<string, string>> = {
    Shoulder: "collar",
    UpperArm: "shoulder",
    LowerArm: "elbow",
    Hand: "wrist",
    UpperLeg: "hip",
    LowerLeg: "knee",
    Foot: "ankle",
    Toes: "foot",
    Eye: "eye",
};

/**
 * SMPL-X joint of a VRM human bone, or null for a bone that is found by hierarchy (the spine) or unknown.
 * VRM 0 calls the thumb bones Proximal, Intermediate, Distal where VRM 1 says Metacarpal, Proximal, Distal.
 *
 * @param bone name of the human bone, for example `leftThumbMetacarpal`
 * @param version major version of the VRM file
 */
export function SmplxJointOfVrmBone(bone: string, version: 0 | 1): SmplxJointName | null {
    const centre = VrmCentre[bone];
    if (centre) {
        return centre;
    }
    const match = /^(left|right)(.+)$/.exec(bone);
    if (!match) {
        return null;
    }
    const [, side, part] = match;
    const sided = VrmSided[part!];
    if (sided) {
        return `${side}_${sided}` as SmplxJointName;
    }
    const finger = /^(Thumb|Index|Middle|Ring|Little)(Metacarpal|Proximal|Intermediate|Distal)$/.exec(part!);
    if (!finger) {
        return null;
    }
    const names =
        finger[1] === "Thumb" && version === 1
            ? ["Metacarpal", "Proximal", "Distal"]
            : ["Proximal", "Intermediate", "Distal"];
    const phalanx = names.indexOf(finger[2]!) + 1;
    const name = finger[1] === "Little" ? "pinky" : finger[1]!.toLowerCase();
    return phalanx > 0 ? (`${side}_${name}${phalanx}` as SmplxJointName) : null;
}
