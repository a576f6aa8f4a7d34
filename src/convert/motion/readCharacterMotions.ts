import { type JSONDocument } from "@gltf-transform/core";
import { type IMotion } from "../../animation/motion/motion.js";
import { AvatarBakeError } from "../bake/avatarBakeError.js";
import { NodeTable } from "../bake/nodeTable.js";
import { ReadClip, ReadSkin } from "../bake/readClip.js";
import { type IGltfWithResources, ParseSource, ReadParsedAsync } from "../bake/readDocument.js";
import { ReadHumanoid } from "../bake/readHumanoid.js";
import { type ICharacterChannel } from "../bake/riggedCharacter.js";
import { CharacterMotion } from "./characterMotion.js";
import { FindCharacterRest } from "./characterRest.js";
import { WithoutMeshes } from "./withoutMeshes.js";

/**
 * Reads the clips of a glTF, VRM or VRM Animation file as motions. Meshes, materials and pictures are not looked at; a
 * skeleton alone is enough.
 *
 * @param source bytes of a `.glb`, `.vrm` or `.vrma`, or a `.gltf` with its side files
 * @param name name of the file, for messages
 * @returns one motion a clip, in the order of the file; clips that move no node are left out
 * @throws AvatarBakeError when the file is broken or holds no motion
 *
 * @example
 * ```ts
 * const [walk] = await ReadCharacterMotionsAsync(bytes, "hero.glb");
 * ```
 */
export async function ReadCharacterMotionsAsync(
    source: Uint8Array | IGltfWithResources,
    name: string,
): Promise<readonly IMotion[]> {
    const parsed = ParseSource(source, name);
    const meshNodes = new Set(NodesWithMesh(parsed));
    const document = await ReadParsedAsync(WithoutMeshes(parsed), name);
    const root = document.getRoot();
    const table = new NodeTable(document);
    const humanoid = ReadHumanoid(parsed.json, root.listNodes(), (node) => table.indexOf(node));
    if (parsed.json.extensions?.["VRMC_vrm_animation"] !== undefined && Object.keys(humanoid).length === 0) {
        throw new AvatarBakeError(
            "invalid-gltf",
            `"${name}": /extensions/VRMC_vrm_animation/humanoid names no human bones: export the motion again.`,
        );
    }
    const skins = root.listSkins().map((skin) => ReadSkin(skin, table, name));
    const bones = new Set(skins.flatMap((skin) => skin.joints));
    const all = root.listNodes();
    const nodes = table.read().map((node, i) => {
        // A mesh called "Hand.L" is no bone, whatever its name says.
        const isMesh = meshNodes.has(all.indexOf(table.order[i]!)) && !bones.has(i);
        return isMesh ? { ...node, name: "" } : node;
    });
    const clips = root.listAnimations().map((animation, i) => ReadClip(animation, i, table));
    const moving = clips.flatMap((clip) => {
        const channels = clip.channels.filter(({ path }) => path !== "weights");
        return channels.length > 0 ? [{ name: clip.name, channels }] : [];
    });
    if (moving.length === 0) {
        const found = clips.length === 0 ? "It has no clips" : "Its clips have no keys that move a node";
        throw new AvatarBakeError("no-clip", `"${name}" holds no motion: ${found}. Export it with its animation.`);
    }
    const warnings = RepairKeys(moving, nodes, name);
    const rest = FindCharacterRest({ name, nodes, skins, humanoid });
    const rig = { nodes, bones, humanoid, ...rest, warnings: [...rest.warnings, ...warnings] };
    return moving.map((clip) => new CharacterMotion(clip.name, clip.channels, rig));
}

function NodesWithMesh({ json }: JSONDocument): number[] {
    return Array.isArray(json.nodes) ? json.nodes.flatMap((node, i) => (node?.mesh === undefined ? [] : [i])) : [];
}

/** Numbers of a value; weights are not read. */
const Components = { translation: 3, rotation: 4, scale: 3, weights: -1 } as const;

/** Refuses keys out of order; a rotation without direction becomes the one before it. */
function RepairKeys(
    clips: readonly { readonly name: string; readonly channels: readonly ICharacterChannel[] }[],
    nodes: readonly { readonly name: string }[],
    file: string,
): string[] {
    const broken = new Set<string>();
    for (const { name, channels } of clips) {
        for (const { times, values, path, node, size, interpolation } of channels) {
            const stride = size * (interpolation === "CUBICSPLINE" ? 3 : 1);
            const isAscending = times.every((time, i) => time >= (times[i - 1] ?? -Infinity));
            if (!isAscending || size !== Components[path] || values.length < times.length * stride) {
                const fault = isAscending ? "has too few values" : "has times that do not ascend";
                throw new AvatarBakeError(
                    "invalid-values",
                    `"${file}": the ${path} of "${nodes[node]!.name}" in clip "${name}" ${fault}. Export the clip again.`,
                );
            }
            if (path === "rotation" && RepairRotations(values, stride)) {
                broken.add(nodes[node]!.name);
            }
        }
    }
    return broken.size === 0
        ? []
        : [`Rotations of length zero were replaced by those before them: "${[...broken].join('", "')}".`];
}

/** @returns whether there was anything to repair */
function RepairRotations(values: Float32Array, stride: number): boolean {
    let isBroken = false;
    const valueAt = stride === 12 ? 4 : 0;
    let last: readonly number[] = [0, 0, 0, 1];
    for (let at = valueAt; at < values.length; at += stride) {
        const key = values.subarray(at, at + 4);
        if (Math.hypot(...key) > 1e-6) {
            last = [...key];
        } else {
            isBroken = true;
            key.set(last);
        }
    }
    return isBroken;
}
