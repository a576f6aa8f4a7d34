import { ComponentType } from "./accessorElements.js";
import { type IAnimationClip, type IAvatarJoint } from "./avatarAsset.js";
import { type GltfWriter, type JsonObject } from "./gltfWriter.js";
import { ComponentRange } from "./quantize.js";

/**
 * Writes a clip as a glTF animation.
 *
 * @param writer receives keys and values; tracks that share their times share an accessor
 * @param clip the clip
 * @param firstJointNode node of joint 0; the others follow
 * @param weightsNode node whose weights the expression channels are
 * @returns the animation, for the document
 */
export function WriteClip(
    writer: GltfWriter,
    clip: IAnimationClip,
    firstJointNode: number,
    weightsNode: number,
): JsonObject {
    const { F32 } = ComponentType;
    const inputs = new Map<Float32Array, number>();
    const samplers = clip.tracks.map((track) => {
        const times = {
            componentType: F32,
            type: "SCALAR",
            count: track.times.length,
            ...ComponentRange(track.times, 1),
        } as const;
        const input = inputs.get(track.times) ?? writer.add(track.times, times);
        inputs.set(track.times, input);
        const type = track.path === "weights" ? "SCALAR" : track.path === "rotation" ? "VEC4" : "VEC3";
        const width = { SCALAR: 1, VEC3: 3, VEC4: 4 }[type];
        return {
            input,
            output: writer.add(track.values, { componentType: F32, type, count: track.values.length / width }),
            interpolation: "LINEAR",
        };
    });
    const channels = clip.tracks.map((track, sampler) => ({
        sampler,
        target: { node: track.joint < 0 ? weightsNode : track.joint + firstJointNode, path: track.path },
    }));
    return { name: clip.name, channels, samplers };
}

/**
 * Writes joints as glTF nodes.
 *
 * @param joints the joints at rest
 * @param firstNode node of joint 0; the others follow
 * @returns the nodes, for the document
 */
export function WriteJoints(joints: readonly IAvatarJoint[], firstNode: number): JsonObject[] {
    return joints.map((joint, index) => {
        const children = joints.flatMap((child, number) => (child.parent === index ? [number + firstNode] : []));
        return {
            name: joint.name,
            ...(children.length > 0 ? { children } : {}),
            ...(joint.translation.some((value) => value !== 0) ? { translation: joint.translation } : {}),
            ...(joint.rotation.some((value, c) => value !== (c < 3 ? 0 : 1)) ? { rotation: joint.rotation } : {}),
        };
    });
}
