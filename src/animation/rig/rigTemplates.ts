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

const Face = { jaw: ["jaw", "mjaw", "jawmaster", "facialcjaw"], eye: ["eye", "facialeye", "eyesmplhf"] } as const;

/**
 * Known families; on a tie the earlier one wins. The last one holds words by meaning, for rigs of no family.
 * The same word means different bones in different families (`leg` is a shin in Mixamo, `foot` the toes in SMPL),
 * which is why families are scored as a whole.
 */
export const RigTemplates: readonly IRigTemplate[] = [
    {
        name: "mixamo",
        words: {
            ...Face,
            pelvis: ["hips"],
            neck: ["neck", "neck1"],
            head: ["head"],
            collar: ["shoulder"],
            shoulder: ["arm"],
            elbow: ["forearm"],
            wrist: ["hand"],
            hip: ["upleg"],
            knee: ["leg"],
            ankle: ["foot"],
            foot: ["toebase", "toe"],
        },
    },
    {
        name: "unreal",
        words: {
            ...Face,
            pelvis: ["pelvis"],
            neck: ["neck1"],
            head: ["head"],
            collar: ["clavicle"],
            shoulder: ["upperarm"],
            elbow: ["lowerarm"],
            wrist: ["hand"],
            hip: ["thigh"],
            knee: ["calf"],
            ankle: ["foot"],
            foot: ["ball"],
        },
    },
    {
        name: "rigify",
        words: {
            ...Face,
            pelvis: ["hips", "spine"],
            neck: ["neck", "spine4"],
            head: ["head", "spine6"],
            collar: ["shoulder"],
            shoulder: ["upperarm"],
            elbow: ["forearm"],
            wrist: ["hand"],
            hip: ["thigh"],
            knee: ["shin"],
            ankle: ["foot"],
            foot: ["toe"],
        },
    },
    {
        name: "smplx",
        words: {
            ...Face,
            pelvis: ["pelvis"],
            neck: ["neck"],
            head: ["head"],
            collar: ["collar", "thorax"],
            shoulder: ["shoulder"],
            elbow: ["elbow"],
            wrist: ["wrist"],
            hip: ["hip"],
            knee: ["knee"],
            ankle: ["ankle"],
            foot: ["foot", "toe"],
        },
    },
    {
        name: "biped",
        words: {
            ...Face,
            pelvis: ["pelvis"],
            neck: ["neck"],
            head: ["head"],
            collar: ["clavicle"],
            shoulder: ["upperarm"],
            elbow: ["forearm"],
            wrist: ["hand"],
            hip: ["thigh"],
            knee: ["calf"],
            ankle: ["foot"],
            foot: ["toe0", "toebase", "toe"],
        },
    },
    {
        name: "makehuman",
        words: {
            ...Face,
            pelvis: ["root"],
            neck: ["neck1"],
            head: ["head"],
            collar: ["clavicle"],
            shoulder: ["upperarm1"],
            elbow: ["lowerarm1"],
            wrist: ["wrist"],
            hip: ["upperleg1"],
            knee: ["lowerleg1"],
            ankle: ["foot"],
            foot: ["toe11"],
        },
    },
    {
        name: "daz",
        words: {
            ...Face,
            pelvis: ["pelvis", "hip"],
            neck: ["necklower", "neck"],
            head: ["head"],
            collar: ["collar"],
            shoulder: ["shldrbend", "shldr"],
            elbow: ["forearmbend", "forearm"],
            wrist: ["hand"],
            hip: ["thighbend", "thigh"],
            knee: ["shin"],
            ankle: ["foot"],
            foot: ["toe"],
        },
    },
    {
        name: "generic",
        words: {
            ...Face,
            pelvis: ["hips", "pelvis", "hip", "lowerbody"],
            neck: ["neck", "neck1", "necktwist1"],
            head: ["head", "skull"],
            collar: ["shoulder", "clavicle", "collar", "collarbone", "scapula"],
            shoulder: ["upperarm", "uparm", "shldr", "humerus", "arm"],
            elbow: ["lowerarm", "forearm", "loarm", "elbow"],
            wrist: ["wrist", "hand", "palm", "palm2"],
            hip: ["upperleg", "upleg", "thigh", "femur", "leg"],
            knee: ["lowerleg", "shin", "calf", "knee", "tibia"],
            ankle: ["foot", "ankle"],
            foot: ["toes", "toebase", "toe", "ball"],
        },
    },
];

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
