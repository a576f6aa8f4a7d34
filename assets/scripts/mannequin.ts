import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Document, type Node, NodeIO } from "@gltf-transform/core";
import { ReadSmplMotion } from "../../src/animation/motion/smplMotion.js";
import { CreateSmplMotion } from "../../src/animation/motion/smplRigMotion.js";
import { RigPose } from "../../src/animation/motion/rigPose.js";
import { type IMotion } from "../../src/animation/motion/motion.js";
import { MeasureAvatarBody } from "../../src/animation/pose/measureAvatarBody.js";
import { BodyKinematics } from "../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../src/animation/pose/bodyPose.js";
import { ClipSampler } from "../../src/animation/retarget/clipSampler.js";
import { Retargeter } from "../../src/animation/retarget/retargeter.js";
import { CalibrateRig } from "../../src/animation/rig/calibrateRig.js";
import { GenericSkeleton } from "../../src/animation/rig/genericSkeleton.js";
import { MapRig } from "../../src/animation/rig/mapRig.js";
import { type IAvatarJoint } from "../../src/format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import { ReadAvatar } from "../../src/format/readAvatar.js";
import { ComposeMatrix4, InvertAffineMatrix4 } from "../../src/math/matrix4.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    RotateVector3,
    type QuaternionTuple,
} from "../../src/math/quaternion.js";
import { ScaleVector3, SubtractVector3, type Vector3Tuple } from "../../src/math/vector3.js";
import { MakeMannequinMesh, type IMannequinMesh } from "./mannequinMesh.js";
import { MannequinBones, MannequinRest } from "./mannequinRig.js";
import { NearestSign } from "./nearestSign.js";
import { LoopPoses, type IPose } from "./poseLoop.js";

const KeysPerSecond = 30;
/** The dance repeats a figure of about three seconds. */
const DanceSeconds = { min: 5, max: 6.5 } as const;
/** Centimetres, z up, below a node that puts both right: how game engines export. */
const ArmatureScale = 0.01;
const ArmatureRotation: QuaternionTuple = [-Math.SQRT1_2, 0, 0, Math.SQRT1_2];

const Copyright =
    "Dance: AIST++ Dance Motion Dataset, annotations (c) Google LLC, CC BY 4.0, shortened and retargeted. " +
    "Walk: CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217.";

interface IClip {
    readonly name: string;
    readonly keys: readonly IPose[];
}

/**
 * Makes a source for retargeting that has everything a game's character may have: bones with the names and axes of an
 * engine's mannequin, bound in an A-pose, in centimetres with z up, saved in the middle of a movement.
 *
 * @param data folder with `motion/aist_gBR_ch01_smpl.npz`
 * @param out folder that holds `ada.avatar.glb`, whose walk is taken, and receives `mannequin.glb`
 */
export async function MakeMannequinAsync(data: string, out: string): Promise<void> {
    const dance = await readFile(path.join(data, "motion/aist_gBR_ch01_smpl.npz"));
    const ada = ReadAvatar(new Uint8Array(await readFile(path.join(out, "ada.avatar.glb"))));
    const clips = [
        { name: "dance", keys: DanceKeys(CreateSmplMotion("dance", ReadSmplMotion(new Uint8Array(dance)))) },
        {
            name: "walk",
            keys: WalkKeys(ada.joints, new ClipSampler(ada.animations[0]!, MeasureAvatarBody(ada.joints))),
        },
    ];
    const bytes = await new NodeIO().writeBinary(MakeDocument(clips));
    await writeFile(path.join(out, "mannequin.glb"), bytes);
    console.log(
        `mannequin.glb: ${bytes.length} bytes, ${clips.map(({ name, keys }) => `${name} ${keys.length} keys`).join(", ")}`,
    );
}

/** The joints of the body that the mannequin has, at rest with arms stretched out. */
const Joints: readonly IAvatarJoint[] = SmplxJointNames.map((name, joint) => {
    const parent = SmplxJointParents[joint]!;
    const position = GenericSkeleton[joint]!;
    const translation = parent < 0 ? position : SubtractVector3(position, GenericSkeleton[parent]!);
    return { name, smplx: name, parent, translation, rotation: IdentityQuaternion };
});

function DanceKeys(motion: IMotion): readonly IPose[] {
    const poses = Retarget(motion, motion.frameRate);
    return LoopPoses(poses, { rate: motion.frameRate, keysPerSecond: KeysPerSecond, seconds: DanceSeconds }).keys;
}

/** The walk of an avatar is a loop already. */
function WalkKeys(joints: readonly IAvatarJoint[], sampler: ClipSampler): readonly IPose[] {
    const body = MeasureAvatarBody(joints);
    const kinematics = new BodyKinematics(body.restPositions);
    const pose = new BodyPose();
    const at = (joint: number): Vector3Tuple =>
        [0, 1, 2].map((i) => body.restPositions[joint * 3 + i]!) as unknown as Vector3Tuple;
    const rig = SmplxJointNames.map((name, j) => ({
        name,
        parent: SmplxJointParents[j]!,
        position: at(j),
        rotation: IdentityQuaternion,
    }));
    return Retarget(
        {
            name: "walk",
            rig,
            duration: sampler.duration,
            frameRate: KeysPerSecond,
            sample: (seconds, result) => {
                sampler.sample(seconds, pose);
                kinematics.update(pose);
                result.rotations.set(kinematics.rotations);
                result.positions.set(kinematics.positions);
            },
        },
        KeysPerSecond,
    );
}

function Retarget(motion: IMotion, rate: number): IPose[] {
    const mapping = MapRig(motion.rig, motion.humanoid);
    const profile = { mapping, calibration: CalibrateRig(motion.rig, mapping) };
    const retargeter = new Retargeter(motion.rig, profile, MeasureAvatarBody(Joints));
    const source = new RigPose(motion.rig.length);
    const pose = new BodyPose();
    return Array.from({ length: Math.round(motion.duration * rate) + 1 }, (_, frame) => {
        motion.sample(frame / rate, source);
        retargeter.solve(source, pose);
        return {
            pelvis: [pose.pelvis[0]!, pose.pelvis[1]!, pose.pelvis[2]!],
            rotations: SmplxJointNames.map(
                (_name, j) => [...pose.rotations.subarray(j * 4, j * 4 + 4)] as unknown as QuaternionTuple,
            ),
        };
    });
}

/** How the bones stand in a pose. */
interface IStand {
    readonly position: Vector3Tuple;
    readonly rotation: QuaternionTuple;
}

function StandOf(pose: IPose): IStand[] {
    const body = new BodyPose();
    body.pelvis.set(pose.pelvis);
    body.rotations.set(pose.rotations.flat());
    const kinematics = new BodyKinematics(GenericSkeleton.flat());
    kinematics.update(body);
    return MannequinBones.map(({ joint, axes }) => {
        if (joint === null) {
            return { position: [0, 0, 0], rotation: ArmatureRotation };
        }
        const [p, r] = [SmplxJointNames.indexOf(joint) * 3, SmplxJointNames.indexOf(joint) * 4];
        const { positions, rotations } = kinematics;
        const turn = [...rotations.subarray(r, r + 4)] as unknown as QuaternionTuple;
        return {
            position: [positions[p]!, positions[p + 1]!, positions[p + 2]!],
            rotation: MultiplyQuaternion(turn, axes),
        };
    });
}

/** Local transforms of the bones, in the unit of the armature. */
function LocalsOf(stand: readonly IStand[]): IStand[] {
    return stand.map(({ position, rotation }, b) => {
        const above = stand[MannequinBones[b]!.parent] ?? { position: [0, 0, 0] as const, rotation: ArmatureRotation };
        const back = InvertQuaternion(above.rotation);
        const offset = RotateVector3(back, SubtractVector3(position, above.position));
        return { position: ScaleVector3(offset, 1 / ArmatureScale), rotation: MultiplyQuaternion(back, rotation) };
    });
}

function MakeDocument(clips: readonly IClip[]): Document {
    const document = new Document();
    document.getRoot().getAsset().copyright = Copyright;
    const buffer = document.createBuffer();
    const armature = document
        .createNode("Armature")
        .setRotation([...ArmatureRotation])
        .setScale([ArmatureScale, ArmatureScale, ArmatureScale]);
    const bones = LocalsOf(StandOf(clips[0]!.keys[0]!)).map(({ position, rotation }, b) =>
        document
            .createNode(MannequinBones[b]!.name)
            .setTranslation([...position])
            .setRotation([...rotation]),
    );
    bones.forEach((bone, b) => (bones[MannequinBones[b]!.parent] ?? armature).addChild(bone));
    const mesh = document.createMesh("mannequin");
    const rest = new BodyKinematics(GenericSkeleton.flat());
    rest.update(MannequinRest());
    const colors = { limbs: [0.62, 0.4, 0.22, 1], balls: [0.24, 0.14, 0.08, 1] } as const;
    const [limbs, balls] = MakeMannequinMesh(rest);
    AddPrimitive(document, mesh, limbs, "limbs", colors.limbs);
    AddPrimitive(document, mesh, balls, "joints", colors.balls);
    const scene = document.createScene("mannequin").addChild(armature);
    scene.addChild(document.createNode("body").setMesh(mesh).setSkin(MakeSkin(document, bones)));
    for (const clip of clips) {
        AddClip(document, clip, bones);
    }
    for (const accessor of document.getRoot().listAccessors()) {
        accessor.setBuffer(buffer);
    }
    return document;
}

function AddPrimitive(
    document: Document,
    mesh: ReturnType<Document["createMesh"]>,
    { positions, normals, bones, triangles }: IMannequinMesh,
    name: string,
    color: readonly [number, number, number, number],
): void {
    const material = document
        .createMaterial(name)
        .setBaseColorFactor([...color])
        .setMetallicFactor(0)
        .setRoughnessFactor(0.7);
    const vec3 = (values: readonly number[]): ReturnType<Document["createAccessor"]> =>
        document.createAccessor().setType("VEC3").setArray(Float32Array.from(values));
    const vec4 = (values: Uint8Array): ReturnType<Document["createAccessor"]> =>
        document.createAccessor().setType("VEC4").setArray(values);
    const primitive = document
        .createPrimitive()
        .setMaterial(material)
        .setAttribute("POSITION", vec3(positions))
        .setAttribute("NORMAL", vec3(normals))
        .setAttribute("JOINTS_0", vec4(Uint8Array.from(bones.flatMap((bone) => [bone, 0, 0, 0]))))
        .setAttribute("WEIGHTS_0", vec4(Uint8Array.from(bones.flatMap(() => [255, 0, 0, 0]))).setNormalized(true))
        .setIndices(document.createAccessor().setArray(Uint16Array.from(triangles)));
    mesh.addPrimitive(primitive);
}

function MakeSkin(document: Document, bones: readonly Node[]): ReturnType<Document["createSkin"]> {
    const rest = MannequinRest();
    const pose: IPose = {
        pelvis: [rest.pelvis[0]!, rest.pelvis[1]!, rest.pelvis[2]!],
        rotations: SmplxJointNames.map(
            (_, j) => [...rest.rotations.subarray(j * 4, j * 4 + 4)] as unknown as QuaternionTuple,
        ),
    };
    const size: Vector3Tuple = [ArmatureScale, ArmatureScale, ArmatureScale];
    const inverse = StandOf(pose).flatMap(({ position, rotation }) => [
        ...InvertAffineMatrix4(ComposeMatrix4(position, rotation, size))!,
    ]);
    const skin = document.createSkin("mannequin").setSkeleton(bones[0]!);
    bones.forEach((bone) => skin.addJoint(bone));
    return skin.setInverseBindMatrices(document.createAccessor().setType("MAT4").setArray(Float32Array.from(inverse)));
}

function AddClip(document: Document, { name, keys }: IClip, bones: readonly Node[]): void {
    const animation = document.createAnimation(name);
    const times = document.createAccessor().setArray(Float32Array.from(keys, (_, key) => key / KeysPerSecond));
    const locals = keys.map((key) => LocalsOf(StandOf(key)));
    const add = (bone: number, target: "rotation" | "translation", values: Float32Array): void => {
        const output = document
            .createAccessor()
            .setType(target === "rotation" ? "VEC4" : "VEC3")
            .setArray(values);
        const sampler = document.createAnimationSampler().setInput(times).setOutput(output);
        const channel = document.createAnimationChannel().setTargetNode(bones[bone]!).setTargetPath(target);
        animation.addSampler(sampler).addChannel(channel.setSampler(sampler));
    };
    MannequinBones.forEach(({ joint }, b) => {
        if (joint === null) {
            return;
        }
        if (joint === "pelvis") {
            add(b, "translation", Float32Array.from(locals.flatMap((local) => [...local[b]!.position])));
        }
        const rotations = new Float32Array(keys.length * 4);
        locals.forEach((local, key) => rotations.set(NearestSign(local[b]!.rotation, rotations, key), key * 4));
        add(b, "rotation", rotations);
    });
}
