import {
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    RotateVector3,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { AddVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type IRigNode } from "../rig/restRig.js";
import { type IBvhMotion } from "./bvh.js";

const Axes: readonly Vector3Tuple[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
];

/**
 * Rotation of a joint relative to its parent. Channels apply from the outside in: the first one is the outermost.
 *
 * @param motion the file
 * @param joint index of the joint
 * @param frame 0 .. frameCount − 1
 */
export function BvhRotation(motion: IBvhMotion, joint: number, frame: number): QuaternionTuple {
    const { channels, firstChannel } = motion.joints[joint]!;
    let rotation: QuaternionTuple = [0, 0, 0, 1];
    channels.forEach((channel, i) => {
        if (channel.endsWith("rotation")) {
            const angle = (motion.values[frame * motion.channelCount + firstChannel + i]! * Math.PI) / 180;
            rotation = MultiplyQuaternion(rotation, QuaternionFromAxisAngle(Axes["XYZ".indexOf(channel[0]!)]!, angle));
        }
    });
    return rotation;
}

/**
 * Translation of a joint from its parent, file units. Position channels stand in place of the offset: axes without one are
 * 0 then.
 *
 * @param motion the file
 * @param joint index of the joint
 * @param frame 0 .. frameCount − 1
 */
export function BvhTranslation(motion: IBvhMotion, joint: number, frame: number): Vector3Tuple {
    const { channels, firstChannel, offset } = motion.joints[joint]!;
    const translation: [number, number, number] = [0, 0, 0];
    let isMoved = false;
    channels.forEach((channel, i) => {
        if (channel.endsWith("position")) {
            translation["XYZ".indexOf(channel[0]!)] = motion.values[frame * motion.channelCount + firstChannel + i]!;
            isMoved = true;
        }
    });
    return isMoved ? translation : offset;
}

/**
 * World positions and rotations of all joints in a frame.
 *
 * @param motion the file
 * @param frame 0 .. frameCount − 1
 * @returns the skeleton in that pose, file units
 */
export function PoseBvh(motion: IBvhMotion, frame: number): IRigNode[] {
    const posed: IRigNode[] = [];
    motion.joints.forEach(({ name, parent }, joint) => {
        const rotation = BvhRotation(motion, joint, frame);
        const position = BvhTranslation(motion, joint, frame);
        const above = posed[parent];
        posed.push({
            name,
            parent,
            position: above ? AddVector3(above.position, RotateVector3(above.rotation, position)) : position,
            rotation: above ? MultiplyQuaternion(above.rotation, rotation) : rotation,
        });
    });
    return posed;
}
