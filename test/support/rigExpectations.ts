import { type SmplxJointName } from "../../src/format/bodyModel.js";

/** What a rig file holds, written down by a person who looked at its nodes. */
export interface IRigExpectation {
    /** Path below the shared data. */
    readonly file: string;
    /** What `%` stands for on the left and on the right. */
    readonly sides: readonly [string, string];
    /** `joint=node` separated by blanks; `%` is the side, `~` a blank; sided joints are written without their side. */
    readonly joints: string;
}

const Mixamo =
    "pelvis=?Hips neck=?Neck head=?Head collar=?%Shoulder shoulder=?%Arm elbow=?%ForeArm wrist=?%Hand " +
    "hip=?%UpLeg knee=?%Leg ankle=?%Foot foot=?%ToeBase " +
    ["Index", "Middle", "Ring", "Pinky", "Thumb"]
        .flatMap((finger) => [1, 2, 3].map((k) => `${finger.toLowerCase()}${k}=?%Hand${finger}${k}`))
        .join(" ");

const Biped =
    "pelvis=Bip01~Pelvis neck=Bip01~Neck head=Bip01~Head jaw=Bip01~MJaw eye=Bip01~%Eye collar=Bip01~%~Clavicle " +
    "shoulder=Bip01~%~UpperArm elbow=Bip01~%~Forearm wrist=Bip01~%~Hand hip=Bip01~%~Thigh knee=Bip01~%~Calf " +
    "ankle=Bip01~%~Foot foot=Bip01~%~Toe0 " +
    ["thumb", "index", "middle", "ring", "pinky"]
        .map((finger, i) => ["", "1", "2"].map((k, n) => `${finger}${n + 1}=Bip01~%~Finger${i}${k}`).join(" "))
        .join(" ");

const Phalanges = (pattern: (finger: string, k: number) => string, fingers = "index middle ring pinky thumb"): string =>
    fingers
        .split(" ")
        .flatMap((finger) => [1, 2, 3].map((k) => `${finger}${k}=${pattern(finger, k)}`))
        .join(" ");

const VrmWords = (finger: string, k: number, thumb: readonly string[]): string => {
    const word = finger === "pinky" ? "little" : finger;
    return `${word} ${(finger === "thumb" ? thumb : ["Proximal", "Intermediate", "Distal"])[k - 1]!}`;
};

/** All rigs of the shared data. */
export const RigExpectations: readonly IRigExpectation[] = [
    {
        file: "humanoids/Xbot_mixamo.glb",
        sides: ["Left", "Right"],
        joints: `${Mixamo} eye=?%Eye`.replaceAll("?", "mixamorig:"),
    },
    {
        file: "base-human/base_human_female.glb",
        sides: ["Left", "Right"],
        joints: `${Mixamo} eye=?%Eye jaw=Jaw`.replaceAll("?", ""),
    },
    {
        file: "humanoids/RobotExpressive.glb",
        sides: ["L", "R"],
        joints:
            "pelvis=Hips neck=Neck head=Head collar=Shoulder.% shoulder=UpperArm.% elbow=LowerArm.% wrist=Palm2.% " +
            "hip=UpperLeg.% knee=LowerLeg.% ankle=Foot.% index1=Index.% index2=Index2.% middle1=Middle1.% " +
            "middle2=Middle2.% ring1=Ring1.% ring2=Ring2.% thumb1=Thumb.% thumb2=Thumb2.%",
    },
    {
        file: "humanoids/kaykit_knight.glb",
        sides: ["l", "r"],
        joints:
            "pelvis=hips head=head shoulder=upperarm.% elbow=lowerarm.% wrist=wrist.% hip=upperleg.% knee=lowerleg.% " +
            "ankle=foot.% foot=toes.%",
    },
    {
        file: "humanoids/mesh2motion_ue_rig.glb",
        sides: ["l", "r"],
        joints:
            "pelvis=pelvis neck=neck_01 head=head collar=clavicle_% shoulder=upperarm_% elbow=lowerarm_% wrist=hand_% " +
            `hip=thigh_% knee=calf_% ankle=foot_% foot=ball_% ${Phalanges((finger, k) => `${finger}_0${k}_%`)}`,
    },
    {
        file: "humanoids/mesh2motion_rigify_def.glb",
        sides: ["L", "R"],
        joints:
            "pelvis=DEF-hips neck=DEF-neck head=DEF-head collar=DEF-shoulder.% shoulder=DEF-upper_arm.% " +
            "elbow=DEF-forearm.% wrist=DEF-hand.% hip=DEF-thigh.% knee=DEF-shin.% ankle=DEF-foot.% foot=DEF-toe.% " +
            Phalanges((finger, k) => `DEF-${finger === "thumb" ? "" : "f_"}${finger}.0${k}.%`),
    },
    {
        file: "humanoids/quaternius_suit.glb",
        sides: ["L", "R"],
        joints:
            "pelvis=Hips neck=Neck head=Head collar=Shoulder.% shoulder=UpperArm.% elbow=LowerArm.% wrist=Hand.% " +
            "hip=UpperLeg.% knee=LowerLeg.% ankle=Foot.% thumb1=Thumb2.% thumb2=Thumb3.% " +
            Phalanges(
                (finger, k) => `${finger[0]!.toUpperCase()}${finger.slice(1)}${k + 1}.%`,
                "index middle ring pinky",
            ),
    },
    { file: "humanoids/rocketbox_female_01_biped_facial.glb", sides: ["L", "R"], joints: Biped },
    { file: "humanoids/rocketbox_idle_biped_animation.glb", sides: ["L", "R"], joints: Biped },
    {
        file: "vrm/Godette_vrm0.vrm",
        sides: ["l", "r"],
        joints:
            "pelvis=pelvis_Armature neck=neck_Armature head=head_Armature collar=shoulder.%_Armature " +
            "shoulder=upper_arm.%_Armature elbow=lowerarm.%_Armature wrist=hand.%_Armature hip=thigh.%_Armature " +
            "knee=shin.%_Armature ankle=foot.%_Armature foot=toes.%_Armature " +
            [1, 2, 3].map((k) => `thumb${k}=thumb.${k}.%_Armature`).join(" "),
    },
    {
        file: "vrm/VRM1_mtoon_uv_animation_test.vrm",
        sides: ["L", "R"],
        joints:
            "pelvis=hips neck=neck head=head eye=eye.% collar=shoulder.% shoulder=upper_arm.% elbow=lower_arm.% " +
            "wrist=hand.% hip=upper_leg.% knee=lower_leg.% ankle=foot.% foot=toes.% " +
            Phalanges((finger, k) =>
                VrmWords(finger, k, ["Proximal", "Intermediate", "Distal"])
                    .toLowerCase()
                    .replace(" ", ".")
                    .concat(".%"),
            ),
    },
    {
        file: "vrm/idle_loop.vrma",
        sides: ["l", "r"],
        joints:
            "pelvis=root neck=neck_1 head=head collar=%_shoulder shoulder=%_up_arm elbow=%_low_arm wrist=%_hand " +
            "hip=%_up_leg knee=%_low_leg ankle=%_foot foot=%_toes",
    },
    {
        file: "vrm/test_expression.vrma",
        sides: ["left", "right"],
        joints:
            "pelvis=hips neck=neck head=head collar=%Shoulder shoulder=%UpperArm elbow=%LowerArm wrist=%Hand " +
            "hip=%UpperLeg knee=%LowerLeg ankle=%Foot foot=%Toes " +
            Phalanges((finger, k) =>
                `%${VrmWords(finger, k, ["Metacarpal", "Proximal", "Distal"])}`
                    .replace(/%(.)/, (_, letter: string) => `%${letter.toUpperCase()}`)
                    .replace(" ", ""),
            ),
    },
    {
        file: "motion/aist_gBR_ch01_smpl_skeleton.bvh",
        sides: ["Left", "Right"],
        joints:
            "pelvis=Hips neck=Neck head=Head collar=%Shoulder shoulder=%Arm elbow=%ForeArm wrist=%Hand hip=%UpLeg " +
            "knee=%Leg ankle=%Foot foot=%Toe",
    },
    {
        file: "motion/cmu_12_01_walk.bvh",
        sides: ["Left", "Right"],
        joints:
            "pelvis=Hips neck=Neck head=Head collar=%Shoulder shoulder=%Arm elbow=%ForeArm wrist=%Hand hip=%UpLeg " +
            "knee=%Leg ankle=%Foot foot=%ToeBase index1=%HandIndex1",
    },
    {
        file: "motion/makehuman_walk1.bvh",
        sides: ["L", "R"],
        joints:
            "pelvis=Hips neck=Neck head=Head jaw=Jaw eye=Eye_% collar=Clavicle_% shoulder=UpArm_% elbow=LoArm_% " +
            "wrist=Hand_% hip=UpLeg_% knee=LoLeg_% ankle=Foot_% foot=Toe_% " +
            Phalanges((finger, k) => `${finger[0]!.toUpperCase()}${finger.slice(1)}${k}_%`),
    },
    {
        file: "motion/pirouette_daz.bvh",
        sides: ["l", "r"],
        joints:
            "pelvis=hip neck=neck head=head collar=%Collar shoulder=%Shldr elbow=%ForeArm wrist=%Hand hip=%Thigh " +
            "knee=%Shin ankle=%Foot " +
            ["Thumb", "Index", "Mid", "Ring", "Pinky"]
                .flatMap((f) => [1, 2].map((k) => `${f === "Mid" ? "middle" : f.toLowerCase()}${k}=%${f}${k}`))
                .join(" "),
    },
];

const Centre = new Set(["pelvis", "neck", "head", "jaw"]);

/** Joint → name of the node that a person would choose. */
export function ExpectedNames({ joints, sides }: IRigExpectation): Map<SmplxJointName, string> {
    const expected = new Map<SmplxJointName, string>();
    for (const pair of joints.split(" ")) {
        const [joint, pattern] = pair.split("=") as [string, string];
        const name = pattern.replaceAll("~", " ");
        if (Centre.has(joint)) {
            expected.set(joint as SmplxJointName, name);
        } else {
            expected.set(`left_${joint}` as SmplxJointName, name.replace("%", sides[0]));
            expected.set(`right_${joint}` as SmplxJointName, name.replace("%", sides[1]));
        }
    }
    return expected;
}
