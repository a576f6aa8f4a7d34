import { type JSONDocument } from "@gltf-transform/core";
import { CheckTrackSize, type IFaceTrack, MakeFaceTrack } from "../../animation/face/tracks/faceTrack.js";
import { AvatarBakeError } from "../bake/avatarBakeError.js";
import { NodeTable } from "../bake/nodeTable.js";
import { ReadClip } from "../bake/readClip.js";
import { type IGltfWithResources, ParseSource, ReadParsedAsync } from "../bake/readDocument.js";
import { type ICharacterChannel } from "../bake/riggedCharacter.js";
import { ChannelSampler } from "./channelSampler.js";
import { WithoutMeshes } from "./withoutMeshes.js";

/** Most weights of a moment that are read, over all meshes. */
const MaxWeights = 16_384;

/** Where the weights of a node's animation go. */
interface IFaceNode {
    /** Names of the weights, in the order of the mesh's targets; one for an expression of VRM Animation. */
    readonly names: readonly string[];
    /** What of the node carries them. */
    readonly path: "weights" | "translation";
}

/**
 * Reads the faces that clips of a glTF, VRM or VRM Animation file make: weights of morph targets, by the names that the file
 * has for these, and expressions of VRM Animation. Meshes and pictures are not looked at. Of several meshes with targets of one
 * name (skin, teeth, lashes) the first is read.
 *
 * @param source bytes of a `.glb`, `.vrm` or `.vrma`, or a `.gltf` with its side files
 * @param name name of the file, for messages
 * @returns one recording a clip that moves a face, in the order of the file
 * @throws AvatarBakeError when the file is broken or holds no face that moves
 *
 * @example
 * ```ts
 * const [take] = await ReadCharacterFacesAsync(bytes, "hero.glb");
 * ```
 */
export async function ReadCharacterFacesAsync(
    source: Uint8Array | IGltfWithResources,
    name: string,
): Promise<readonly IFaceTrack[]> {
    const parsed = ParseSource(source, name);
    const document = await ReadParsedAsync(WithoutMeshes(parsed), name);
    const root = document.getRoot();
    const table = new NodeTable(document);
    const faces = FaceNodes(parsed);
    const nodeOf = new Map(root.listNodes().map((node, i) => [table.indexOf(node), i]));
    const tracks = root.listAnimations().flatMap((animation, i) => {
        const clip = ReadClip(animation, i, table);
        const channels = clip.channels.flatMap((channel) => {
            const face = faces.get(nodeOf.get(channel.node)!);
            return face?.path === channel.path ? [{ ...channel, names: face.names }] : [];
        });
        return channels.length > 0 ? [TrackOf(clip.name, channels, name)] : [];
    });
    if (tracks.length === 0) {
        throw new AvatarBakeError(
            "no-clip",
            `"${name}" holds no face: none of its clips has keys that move a morph target or an expression. Export it with ` +
                "its animation of shape keys.",
        );
    }
    return tracks;
}

/** The nodes of a file whose animation is a face. */
function FaceNodes({ json }: JSONDocument): Map<number, IFaceNode> {
    const faces = new Map<number, IFaceNode>();
    (json.nodes ?? []).forEach(({ mesh }, node) => {
        const names = mesh === undefined ? [] : TargetNames(json.meshes?.[mesh]);
        if (names.length > 0) {
            faces.set(node, { names, path: "weights" });
        }
    });
    const { expressions } = Fields(Fields(json.extensions)["VRMC_vrm_animation"]);
    for (const group of ["preset", "custom"]) {
        for (const [expression, said] of Object.entries(Fields(Fields(expressions)[group]))) {
            const { node } = Fields(said);
            if (typeof node === "number") {
                faces.set(node, { names: [expression], path: "translation" }); // its weight is x
            }
        }
    }
    return faces;
}

/** Names of a mesh's morph targets; those without one are numbered. */
function TargetNames(mesh: unknown): string[] {
    const { extras, primitives } = Fields(mesh);
    const first = Array.isArray(primitives) ? Fields(primitives[0]) : {};
    const { targets } = first;
    const given = Fields(extras)["targetNames"] ?? Fields(first["extras"])["targetNames"];
    const names: unknown[] = Array.isArray(given) ? given : [];
    return Array.isArray(targets)
        ? targets.map((_, i) => (typeof names[i] === "string" ? names[i] : `target${i}`))
        : [];
}

function Fields(value: unknown): Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function TrackOf(
    name: string,
    channels: readonly (ICharacterChannel & { readonly names: readonly string[] })[],
    file: string,
): IFaceTrack {
    const places = new Map<string, readonly [channel: number, weight: number]>();
    channels.forEach(({ names, times, values, size, path, interpolation }, channel) => {
        const stride = size * (interpolation === "CUBICSPLINE" ? 3 : 1);
        const isAscending = times.every((time, i) => time >= (times[i - 1] ?? -Infinity));
        const isWhole = path === "translation" || size === names.length;
        if (!isAscending || !isWhole || values.length < times.length * stride) {
            throw new AvatarBakeError(
                "invalid-values",
                `"${file}": the weights of clip "${name}" ` +
                    `${isAscending ? `are not ${names.length} for each of their times` : "have times that do not ascend"}. ` +
                    "Export the clip again.",
            );
        }
        names.forEach((target, weight) => {
            places.set(target, places.get(target) ?? [channel, weight]);
        });
    });
    const sizes = channels.map(({ size }) => size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total > MaxWeights) {
        throw new AvatarBakeError(
            "invalid-values",
            `"${file}": clip "${name}" moves ${total} weights: leave meshes out.`,
        );
    }
    const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
    const samplers = channels.map((channel) => new ChannelSampler(channel));
    const times = [...new Set(channels.flatMap((channel) => [...channel.times]))].sort((a, b) => a - b);
    const clock = new Float64Array(1);
    const values = new Float64Array(total);
    CheckTrackSize(name, places.size, times.length);
    const read = [...places.values()];
    return MakeFaceTrack(name, [...places.keys()], {
        count: times.length,
        secondsOf: (row) => times[row]!,
        read: (row, weights) => {
            clock[0] = times[row]!;
            samplers.forEach((sampler, i) => {
                sampler.sample(clock, values, starts[i]!);
            });
            read.forEach(([channel, weight], i) => (weights[i] = values[starts[channel]! + weight]!));
        },
    });
}
