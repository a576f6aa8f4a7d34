import { type Animation, type Skin } from "@gltf-transform/core";
import { IdentityMatrix4 } from "../../math/matrix4.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { type NodeTable } from "./nodeTable.js";
import { type ICharacterChannel, type ICharacterClip, type ICharacterSkin } from "./riggedCharacter.js";

/**
 * Reads a skin.
 *
 * @param skin the skin
 * @param nodes where its joints are
 * @param name name of the character, for messages
 * @throws AvatarBakeError when there are fewer matrices than joints
 */
export function ReadSkin(skin: Skin, nodes: NodeTable, name: string): ICharacterSkin {
    const accessor = skin.getInverseBindMatrices();
    const joints = skin.listJoints();
    if (accessor && accessor.getCount() < joints.length) {
        throw new AvatarBakeError(
            "invalid-gltf",
            `Skin "${skin.getName()}" of "${name}" has ${joints.length} joints but ${accessor.getCount()} inverse bind matrices.`,
        );
    }
    return {
        joints: joints.map((joint) => nodes.indexOf(joint)),
        inverseBind: joints.map((_, i) =>
            accessor ? Float64Array.from(accessor.getElement(i, new Array<number>(16))) : IdentityMatrix4(),
        ),
    };
}

/**
 * Reads a clip. Channels without keys, or of nodes that are not there, are left out.
 *
 * @param animation the clip
 * @param index its place in the file, for its name when it has none
 * @param nodes where its nodes are
 * @throws AvatarBakeError when a value is no number
 */
export function ReadClip(animation: Animation, index: number, nodes: NodeTable): ICharacterClip {
    const channels: ICharacterChannel[] = [];
    for (const channel of animation.listChannels()) {
        const sampler = channel.getSampler();
        const [input, output] = [sampler?.getInput(), sampler?.getOutput()];
        const node = channel.getTargetNode();
        const path = channel.getTargetPath();
        if (!sampler || !input || !output || !node || !path || nodes.indexOf(node) < 0 || input.getCount() === 0) {
            continue;
        }
        const size = output.getElementSize();
        const values = new Float32Array(output.getCount() * size);
        const element = new Array<number>(size);
        for (let i = 0; i < output.getCount(); i++) {
            values.set(output.getElement(i, element), i * size);
        }
        const name = animation.getName() || `clip${index}`;
        if (!values.every(Number.isFinite)) {
            throw new AvatarBakeError(
                "invalid-values",
                `Clip "${name}" has a ${path} of "${node.getName()}" that is no number. Export the clip again.`,
            );
        }
        const perKey = values.length / input.getCount() / (sampler.getInterpolation() === "CUBICSPLINE" ? 3 : 1);
        channels.push({
            node: nodes.indexOf(node),
            path,
            interpolation: sampler.getInterpolation(),
            times: Float32Array.from({ length: input.getCount() }, (_, i) => input.getScalar(i)),
            values,
            size: path === "weights" ? perKey : size,
        });
    }
    return { name: animation.getName() || `clip${index}`, channels };
}
