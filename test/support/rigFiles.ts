import { readFileSync } from "node:fs";
import { ReadBvh } from "../../src/animation/motion/bvh.js";
import { type IRigNode, type RestRig } from "../../src/animation/rig/restRig.js";
import { LocalMatrices, ReconstructBindPose, WorldMatrices } from "../../src/convert/bake/bindPose.js";
import { ReadCharacterAsync } from "../../src/convert/bake/readCharacter.js";
import { type SmplxJointName } from "../../src/format/bodyModel.js";
import { AddVector3 } from "../../src/math/vector3.js";
import { RotationOf, TranslationOf } from "../../src/math/matrix4.js";

/** A rig as a file holds it. */
export interface IRigFile {
    /** The rig in its bind pose. */
    readonly rig: RestRig;
    /** The human bones the file names. */
    readonly humanoid: Readonly<Partial<Record<SmplxJointName, number>>>;
}

/** Reads the rig of a `.glb`, `.vrm`, `.vrma` or `.bvh`; pictures are not looked at. */
export async function ReadRigFileAsync(path: string): Promise<IRigFile> {
    if (path.endsWith(".bvh")) {
        const text = readFileSync(path, "utf8");
        return { rig: BvhRestRig(text), humanoid: {} };
    }
    const white = { width: 1, height: 1, rgba: new Uint8Array(4) };
    const character = await ReadCharacterAsync(
        new Uint8Array(readFileSync(path)),
        path,
        async () => await Promise.resolve(white),
    );
    const meshNodes = new Set(character.meshes.map((mesh) => mesh.node));
    const skinned = character.meshes.some((mesh) => mesh.skin >= 0);
    const rig = skinned
        ? ReconstructBindPose(character).rig
        : WorldMatrices(character.nodes, LocalMatrices(character.nodes)).map((matrix, i): IRigNode => ({
              name: meshNodes.has(i) ? "" : character.nodes[i]!.name,
              parent: character.nodes[i]!.parent,
              position: TranslationOf(matrix),
              rotation: RotationOf(matrix),
          }));
    return { rig, humanoid: character.humanoid };
}

/** The zero pose of a BVH file. */
function BvhRestRig(text: string): RestRig {
    const nodes: IRigNode[] = [];
    for (const { name, parent, offset } of ReadBvh(text).joints) {
        const above = nodes[parent]?.position ?? [0, 0, 0];
        nodes.push({ name, parent, position: AddVector3(above, offset), rotation: [0, 0, 0, 1] });
    }
    return nodes;
}
