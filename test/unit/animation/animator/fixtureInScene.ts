import { Animation } from "@babylonjs/core/Animations/animation.js";
import { AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type IMotion } from "../../../../src/animation/motion/motion.js";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import {
    InvertQuaternion,
    MultiplyQuaternion,
    type QuaternionTuple,
    RotateVector3,
} from "../../../../src/math/quaternion.js";
import { SubtractVector3, type Vector3Tuple } from "../../../../src/math/vector3.js";

/** A rig as the glTF loader puts it into a scene, with its motion as an animation group. */
export interface IFixtureInScene {
    /** The `__root__` above it. */
    readonly holder: TransformNode;
    /** Its nodes. */
    readonly nodes: readonly TransformNode[];
    /** Its motion, a key a frame. */
    readonly group: AnimationGroup;
}

/** Puts a rig and its motion into a scene. */
export function FixtureInScene(scene: Scene, motion: IMotion): IFixtureInScene {
    const holder = new TransformNode("__root__", scene);
    if (!scene.useRightHandedSystem) {
        holder.rotationQuaternion = new Quaternion(0, 1, 0, 0);
        holder.scaling.z = -1;
    }
    const nodes: TransformNode[] = [];
    for (const { name, parent } of motion.rig) {
        const node = new TransformNode(name, scene);
        node.parent = nodes[parent] ?? holder;
        nodes.push(node);
    }
    const place = (world: (node: number) => { position: Vector3Tuple; rotation: QuaternionTuple }): ILocal[] =>
        motion.rig.map(({ parent }, i) => {
            const { position, rotation } = world(i);
            if (parent < 0) {
                return { position: new Vector3(...position), rotation: new Quaternion(...rotation) };
            }
            const above = world(parent);
            const back = InvertQuaternion(above.rotation);
            return {
                position: new Vector3(...RotateVector3(back, SubtractVector3(position, above.position))),
                rotation: new Quaternion(...MultiplyQuaternion(back, rotation)),
            };
        });
    place((i) => motion.rig[i]!).forEach(({ position, rotation }, i) => {
        nodes[i]!.position = position;
        nodes[i]!.rotationQuaternion = rotation;
    });
    const pose = new RigPose(motion.rig.length);
    const frames = Array.from({ length: Math.round(motion.duration * motion.frameRate) + 1 }, (_, frame) => {
        motion.sample(frame / motion.frameRate, pose);
        return place((i) => ({
            position: [...pose.positions.subarray(i * 3, i * 3 + 3)] as unknown as Vector3Tuple,
            rotation: [...pose.rotations.subarray(i * 4, i * 4 + 4)] as unknown as QuaternionTuple,
        }));
    });
    const group = new AnimationGroup(motion.name, scene);
    nodes.forEach((node, i) => {
        const track = (property: string, type: number, value: (local: ILocal) => Vector3 | Quaternion): void => {
            const animation = new Animation(`${node.name}.${property}`, property, motion.frameRate, type);
            animation.setKeys(frames.map((locals, frame) => ({ frame, value: value(locals[i]!) })));
            group.addTargetedAnimation(animation, node);
        };
        track("rotationQuaternion", Animation.ANIMATIONTYPE_QUATERNION, ({ rotation }) => rotation);
        track("position", Animation.ANIMATIONTYPE_VECTOR3, ({ position }) => position);
    });
    return { holder, nodes, group };
}

interface ILocal {
    readonly position: Vector3;
    readonly rotation: Quaternion;
}
