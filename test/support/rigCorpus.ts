import { SmplxJointNames, type SmplxJointName } from "../../src/format/bodyModel.js";

/** A way to name the bones of a humanoid. */
export interface INamingScheme {
    /** What the scheme is known as. */
    readonly name: string;
    /** Name of a joint, or null where the scheme has no bone for it. */
    readonly nameOf: (joint: SmplxJointName) => string | null;
}

/** Words of the centre and of one side; `%` is the side, null: no such bone. */
type Words = Readonly<Record<string, string | null>>;

interface ISchemeWords {
    readonly sides: readonly [string, string];
    /** Blank-separated `part=word`, `~` is a blank. */
    readonly body: string;
    /** Name of the k-th phalanx of a finger (1..3). */
    readonly finger?: (finger: Finger, k: number) => string;
}

const Fingers = ["thumb", "index", "middle", "ring", "pinky"] as const;
type Finger = (typeof Fingers)[number];

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

function Scheme(name: string, { sides, body, finger }: ISchemeWords): INamingScheme {
    const words: Words = Object.fromEntries(
        body.split(/\s+/).map((pair) => pair.replaceAll("~", " ").split("=") as [string, string]),
    );
    return {
        name,
        nameOf: (joint) => {
            const [, side, part] = /^(?:(left|right)_)?(.*)$/.exec(joint)!;
            const phalanx = /^(thumb|index|middle|ring|pinky)([123])$/.exec(part!);
            const word = phalanx ? finger?.(phalanx[1] as Finger, Number(phalanx[2])) : words[part!];
            return word?.replace("%", sides[side === "right" ? 1 : 0]) ?? null;
        },
    };
}

/** The same scheme with every name changed. */
function Changed(
    scheme: INamingScheme,
    how: string,
    change: (name: string, joint: SmplxJointName) => string,
): INamingScheme {
    return {
        name: `${scheme.name}, ${how}`,
        nameOf: (joint) => {
            const name = scheme.nameOf(joint);
            return name === null ? null : change(name, joint);
        },
    };
}

const MixamoBody =
    "pelvis=Hips spine1=Spine spine2=Spine1 spine3=Spine2 neck=Neck head=Head eye=%Eye jaw=Jaw collar=%Shoulder " +
    "shoulder=%Arm elbow=%ForeArm wrist=%Hand hip=%UpLeg knee=%Leg ankle=%Foot foot=%ToeBase";
const Mixamo = Scheme("Mixamo", {
    sides: ["Left", "Right"],
    body: MixamoBody.replace(/=/g, "=mixamorig:"),
    finger: (finger, k) => `mixamorig:%Hand${capital(finger)}${k}`,
});
const Unreal = Scheme("Unreal", {
    sides: ["l", "r"],
    body:
        "pelvis=pelvis spine1=spine_01 spine2=spine_02 spine3=spine_03 neck=neck_01 head=head jaw=jaw eye=eye_% " +
        "collar=clavicle_% shoulder=upperarm_% elbow=lowerarm_% wrist=hand_% hip=thigh_% knee=calf_% ankle=foot_% foot=ball_%",
    finger: (finger, k) => `${finger}_0${k}_%`,
});
const Rigify = Scheme("Rigify", {
    sides: ["L", "R"],
    body:
        "pelvis=DEF-spine spine1=DEF-spine.001 spine2=DEF-spine.002 spine3=DEF-spine.003 neck=DEF-spine.004 " +
        "head=DEF-spine.006 collar=DEF-shoulder.% shoulder=DEF-upper_arm.% elbow=DEF-forearm.% wrist=DEF-hand.% " +
        "hip=DEF-thigh.% knee=DEF-shin.% ankle=DEF-foot.% foot=DEF-toe.%",
    finger: (finger, k) => `DEF-${finger === "thumb" ? "" : "f_"}${finger}.0${k}.%`,
});
const VRoid = Scheme("VRoid", {
    sides: ["L", "R"],
    body:
        "pelvis=J_Bip_C_Hips spine1=J_Bip_C_Spine spine2=J_Bip_C_Chest spine3=J_Bip_C_UpperChest neck=J_Bip_C_Neck " +
        "head=J_Bip_C_Head eye=J_Adj_%_FaceEye collar=J_Bip_%_Shoulder shoulder=J_Bip_%_UpperArm " +
        "elbow=J_Bip_%_LowerArm wrist=J_Bip_%_Hand hip=J_Bip_%_UpperLeg knee=J_Bip_%_LowerLeg ankle=J_Bip_%_Foot " +
        "foot=J_Bip_%_ToeBase",
    finger: (finger, k) => `J_Bip_%_${finger === "pinky" ? "Little" : capital(finger)}${k}`,
});
const Biped = Scheme("Biped", {
    sides: ["L", "R"],
    body:
        "pelvis=Bip01~Pelvis spine1=Bip01~Spine spine2=Bip01~Spine1 spine3=Bip01~Spine2 neck=Bip01~Neck head=Bip01~Head " +
        "collar=Bip01~%~Clavicle shoulder=Bip01~%~UpperArm elbow=Bip01~%~Forearm wrist=Bip01~%~Hand hip=Bip01~%~Thigh " +
        "knee=Bip01~%~Calf ankle=Bip01~%~Foot foot=Bip01~%~Toe0",
    finger: (finger, k) => `Bip01 % Finger${Fingers.indexOf(finger)}${k === 1 ? "" : k - 1}`,
});
const UnityBody =
    "pelvis=hips spine1=spine spine2=chest spine3=upperChest neck=neck head=head jaw=jaw eye=%Eye collar=%Shoulder " +
    "shoulder=%UpperArm elbow=%LowerArm wrist=%Hand hip=%UpperLeg knee=%LowerLeg ankle=%Foot foot=%Toes";
const Unity = Scheme("Unity and VRM words", {
    sides: ["left", "right"],
    body: UnityBody,
    finger: (finger, k) =>
        `%${finger === "pinky" ? "Little" : capital(finger)}${["Proximal", "Intermediate", "Distal"][k - 1]!}`,
});
const Smpl = Scheme("SMPL, L_Hip", {
    sides: ["L", "R"],
    body:
        "pelvis=Pelvis spine1=Spine1 spine2=Spine2 spine3=Spine3 neck=Neck head=Head collar=%_Collar shoulder=%_Shoulder " +
        "elbow=%_Elbow wrist=%_Wrist hip=%_Hip knee=%_Knee ankle=%_Ankle foot=%_Foot",
});
const Quaternius = Scheme("short words", {
    sides: ["L", "R"],
    body:
        "pelvis=Hips spine1=Abdomen spine2=Torso spine3=Chest neck=Neck head=Head collar=Shoulder.% shoulder=UpperArm.% " +
        "elbow=LowerArm.% wrist=Hand.% hip=UpperLeg.% knee=LowerLeg.% ankle=Foot.% foot=Toe.%",
    finger: (finger, k) => `${capital(finger)}${k}.%`,
});

/** Naming schemes as they are met in files. */
export const NamingSchemes: readonly INamingScheme[] = [
    { name: "SMPL-X", nameOf: (joint) => joint },
    Mixamo,
    Changed(Mixamo, "numbered prefix", (name) => name.replace(":", "5:")),
    Changed(Mixamo, "colons removed", (name) => name.replace(":", "")),
    Changed(Mixamo, "no prefix", (name) => name.replace("mixamorig:", "")),
    Changed(Mixamo, "namespace", (name) => name.replace("mixamorig:", "Hero|hero_rig:")),
    Changed(Mixamo, "node numbers", (name, joint) => `${name}_0${SmplxJointNames.indexOf(joint) + 3}`),
    Changed(Mixamo, "copied", (name) => `${name}.001`),
    Changed(Mixamo, "lower case", (name) => name.replace("mixamorig:", "").toLowerCase()),
    Changed(Mixamo, "HumanIK", (name) => name.replace("mixamorig:", "Character1_")),
    Unreal,
    Changed(Unreal, "upper case", (name) => name.toUpperCase()),
    Changed(Unreal, "named rig", (name) => `Hero_${name}`),
    Rigify,
    Changed(Rigify, "dots removed", (name) => name.replaceAll(".", "")),
    Changed(Rigify, "dots to underscores", (name) => name.replaceAll(".", "_")),
    Changed(Rigify, "armature suffix", (name) => `${name}_Armature`),
    VRoid,
    Biped,
    Changed(Biped, "underscores", (name) => name.replaceAll(" ", "_")),
    Changed(Biped, "Bip001", (name) => name.replace("Bip01", "Bip001")),
    Changed(Biped, "Valve", (name) => name.replace("Bip01 ", "ValveBiped.Bip01_").replaceAll(" ", "_")),
    Unity,
    Changed(Unity, "separated", (name) => name.replace(/([A-Z])/g, "_$1").toLowerCase()),
    Smpl,
    Changed(Smpl, "m_avg", (name) => `m_avg_${name}`),
    Changed(Smpl, "f_avg", (name) => `f_avg_${name}`),
    Quaternius,
    Changed(Quaternius, "dashes", (name) => name.replace(".", "-")),
    Changed(Quaternius, "joints of Maya", (name) => `${name.replace(".", "_")}_jnt`),
    Scheme("CMU BVH", {
        sides: ["Left", "Right"],
        body: MixamoBody.replace(
            "spine1=Spine spine2=Spine1 spine3=Spine2",
            "spine1=LowerBack spine2=Spine spine3=Spine1",
        ),
    }),
    Scheme("LAFAN BVH", { sides: ["Left", "Right"], body: MixamoBody.replace("ToeBase", "Toe") }),
    Scheme("Xsens", {
        sides: ["Left", "Right"],
        body:
            "pelvis=Pelvis spine1=L5 spine2=T12 spine3=T8 neck=Neck head=Head collar=%Shoulder shoulder=%UpperArm " +
            "elbow=%ForeArm wrist=%Hand hip=%UpperLeg knee=%LowerLeg ankle=%Foot foot=%Toe",
    }),
    Scheme("Rokoko", {
        sides: ["Left", "Right"],
        body:
            "pelvis=Hips spine1=Spine spine2=Spine2 spine3=Spine4 neck=Neck head=Head collar=%Shoulder shoulder=%Arm " +
            "elbow=%ForeArm wrist=%Hand hip=%Thigh knee=%Shin ankle=%Foot foot=%Toe",
        finger: (finger, k) => `%Finger${Fingers.indexOf(finger) + 1}${["Proximal", "Medial", "Distal"][k - 1]!}`,
    }),
    Scheme("Daz Genesis 3", {
        sides: ["l", "r"],
        body:
            "pelvis=pelvis spine1=abdomenLower spine2=abdomenUpper spine3=chestLower neck=neckLower head=head eye=%Eye " +
            "collar=%Collar shoulder=%ShldrBend elbow=%ForearmBend wrist=%Hand hip=%ThighBend knee=%Shin ankle=%Foot foot=%Toe",
        finger: (finger, k) => `%${finger === "middle" ? "Mid" : capital(finger)}${k}`,
    }),
    Scheme("Daz Genesis 9", {
        sides: ["l", "r"],
        body:
            "pelvis=pelvis spine1=spine1 spine2=spine2 spine3=spine3 neck=neck1 head=head eye=%_eye collar=%_shoulder " +
            "shoulder=%_upperarm elbow=%_forearm wrist=%_hand hip=%_thigh knee=%_shin ankle=%_foot foot=%_toes",
        finger: (finger, k) => `%_${finger === "middle" ? "mid" : finger}${k}`,
    }),
    Scheme("Character Creator", {
        sides: ["L", "R"],
        body:
            "pelvis=CC_Base_Hip spine1=CC_Base_Waist spine2=CC_Base_Spine01 spine3=CC_Base_Spine02 " +
            "neck=CC_Base_NeckTwist01 head=CC_Base_Head eye=CC_Base_%_Eye collar=CC_Base_%_Clavicle " +
            "shoulder=CC_Base_%_Upperarm elbow=CC_Base_%_Forearm wrist=CC_Base_%_Hand hip=CC_Base_%_Thigh " +
            "knee=CC_Base_%_Calf ankle=CC_Base_%_Foot foot=CC_Base_%_ToeBase",
        finger: (finger, k) => `CC_Base_%_${finger === "middle" ? "Mid" : capital(finger)}${k}`,
    }),
    Scheme("MakeHuman", {
        sides: ["L", "R"],
        body:
            "pelvis=root spine1=spine05 spine2=spine03 spine3=spine01 neck=neck01 head=head jaw=jaw eye=eye.% " +
            "collar=clavicle.% shoulder=upperarm01.% elbow=lowerarm01.% wrist=wrist.% hip=upperleg01.% " +
            "knee=lowerleg01.% ankle=foot.% foot=toe1-1.%",
        finger: (finger, k) => `finger${Fingers.indexOf(finger) + 1}-${k}.%`,
    }),
    Scheme("MMD", {
        sides: ["左", "右"],
        body:
            "pelvis=下半身 spine1=上半身 spine2=上半身2 spine3=上半身3 neck=首 head=頭 eye=%目 collar=%肩 shoulder=%腕 " +
            "elbow=%ひじ wrist=%手首 hip=%足 knee=%ひざ ankle=%足首 foot=%つま先",
        finger: (finger, k) =>
            `%${["親指", "人指", "中指", "薬指", "小指"][Fingers.indexOf(finger)]!}${"０１２３"[finger === "thumb" ? k - 1 : k]!}`,
    }),
    Scheme("WebXR", {
        sides: ["left", "right"],
        body:
            "pelvis=hips spine1=spine-lower spine2=spine-middle spine3=spine-upper neck=neck head=head " +
            "collar=%-shoulder shoulder=%-arm-upper elbow=%-arm-lower wrist=%-hand-wrist hip=%-upper-leg " +
            "knee=%-lower-leg ankle=%-foot-ankle foot=%-foot-ball",
        finger: (finger, k) =>
            finger === "thumb"
                ? `%-hand-thumb-${["metacarpal", "phalanx-proximal", "phalanx-distal"][k - 1]!}`
                : `%-hand-${finger === "pinky" ? "little" : finger}-phalanx-${["proximal", "intermediate", "distal"][k - 1]!}`,
    }),
    Scheme("Spanish", {
        sides: ["izquierdo", "derecho"],
        body:
            "pelvis=cadera spine1=columna1 spine2=columna2 spine3=pecho neck=cuello head=cabeza collar=clavicula_% " +
            "shoulder=brazo_% elbow=antebrazo_% wrist=mano_% hip=muslo_% knee=pantorrilla_% ankle=pie_% foot=dedos_%",
    }),
    Scheme("anatomy", {
        sides: ["Lf", "Rt"],
        body:
            "pelvis=Pelvis spine1=Lumbar spine2=Thorax spine3=Ribs neck=Neck head=Skull collar=%_Clavicle shoulder=%_Humerus " +
            "elbow=%_Radius wrist=%_Palm hip=%_Femur knee=%_Tibia ankle=%_Ankle foot=%_Ball",
    }),
    Scheme("romaji", {
        sides: ["L", "R"],
        body:
            "pelvis=koshi spine1=hara spine2=mune spine3=mune2 neck=kubi head=atama collar=kata_% shoulder=ude_% " +
            "elbow=hiji_% wrist=te_% hip=momo_% knee=hiza_% ankle=ashi_% foot=tsumasaki_%",
    }),
    Scheme("arm and leg", {
        sides: ["L", "R"],
        body:
            "pelvis=Hips spine1=Spine spine2=Chest spine3=UpperChest neck=Neck head=Head collar=Collar_% shoulder=Arm_% " +
            "elbow=Elbow_% wrist=Hand_% hip=Leg_% knee=Knee_% ankle=Foot_% foot=Toe_%",
    }),
    Scheme("no clavicles", {
        sides: ["_l", "_r"],
        body:
            "pelvis=hip spine1=torso spine2=torso2 spine3=torso3 neck=neck head=head shoulder=shoulder% elbow=elbow% " +
            "wrist=wrist% hip=leg% knee=knee% ankle=ankle%",
    }),
];
