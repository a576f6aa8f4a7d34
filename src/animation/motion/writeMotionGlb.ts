import { ComponentType } from "../../format/accessorElements.js";
import { type IAnimationClip, type IAvatarJoint } from "../../format/avatarAsset.js";
import { JoinGlb } from "../../format/glbContainer.js";
import { GltfWriter } from "../../format/gltfWriter.js";
import { WriteClip, WriteJoints } from "../../format/writeClip.js";
import {
    ComposeMatrix4,
    IdentityMatrix4,
    InvertAffineMatrix4,
    MultiplyMatrix4,
    type Matrix4,
} from "../../math/matrix4.js";

/**
 * Writes clips with the skeleton they move as a `.glb` file without a mesh, as game engines and 3D tools exchange motion.
 * A skin states the rest pose. Expression channels are left out: there is no mesh that has them.
 *
 * @param clips the clips
 * @param joints the avatar's joints at rest
 * @returns the file; the same motion makes the same bytes
 */
export function WriteMotionGlb(clips: readonly IAnimationClip[], joints: readonly IAvatarJoint[]): Uint8Array {
    const writer = new GltfWriter();
    const world: Matrix4[] = [];
    for (const { parent, translation, rotation } of joints) {
        const local = ComposeMatrix4(translation, rotation, [1, 1, 1]);
        world.push(parent < 0 ? local : MultiplyMatrix4(world[parent]!, local));
    }
    const inverseBind = Float32Array.from(
        world.flatMap((matrix) => [...(InvertAffineMatrix4(matrix) ?? IdentityMatrix4())]),
    );
    const inverseBindMatrices = writer.add(inverseBind, {
        componentType: ComponentType.F32,
        type: "MAT4",
        count: joints.length,
    });
    const animations = clips.map((clip) =>
        WriteClip(writer, { ...clip, tracks: clip.tracks.filter(({ joint }) => joint >= 0) }, 0, -1),
    );
    const json = {
        asset: { version: "2.0", generator: "babylon-gaussian-avatar" },
        scene: 0,
        scenes: [{ nodes: joints.flatMap(({ parent }, joint) => (parent < 0 ? [joint] : [])) }],
        nodes: WriteJoints(joints, 0),
        skins: [{ joints: joints.map((_, joint) => joint), inverseBindMatrices }],
        animations,
        accessors: writer.accessors,
        bufferViews: writer.bufferViews,
        buffers: [{ byteLength: writer.byteLength }],
    };
    return JoinGlb(json, writer.parts);
}
