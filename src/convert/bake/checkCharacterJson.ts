import { type JSONDocument } from "@gltf-transform/core";
import { ComponentBytes, TypeComponents } from "../../format/accessorElements.js";
import { CheckGltf, type IGltf } from "../../format/gltfJson.js";
import { IssueList } from "../../format/issueList.js";
import { DecodeDataUri, IsDataUri } from "../../format/safeUri.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { MaxCharacterNumbers, MaxNodeDepth, MaxUnpackedBytes } from "./characterLimits.js";
import { CheckMeshesJson } from "./checkMeshesJson.js";
import { type RefuseCharacter, RequireItem } from "./requireItem.js";

/** Where the reader keeps the binary chunk of a GLB file. */
export const GlbResource = "@glb.bin";

/** Extensions that store a buffer view packed, with the view's place and size in it. */
const PackingExtensions = ["EXT_meshopt_compression", "KHR_meshopt_compression"];

/** What of a packed buffer view is looked at. */
interface IPackedView {
    readonly buffer?: number | undefined;
    readonly byteOffset?: number | undefined;
    readonly byteLength?: number | undefined;
    readonly byteStride?: number | undefined;
    readonly count?: number | undefined;
}

/**
 * Holds an untrusted character to what reading it relies on, before anything is allocated for it: the shape of the
 * document, references, sizes of buffers, views and accessors, types and counts of attributes, the tree of nodes.
 *
 * @param document the parsed document and its side files
 * @param name name of the character, for messages
 * @throws AvatarBakeError naming the JSON path of the first thing that is wrong
 */
export function CheckCharacterJson(document: JSONDocument, name: string): void {
    const refuse: RefuseCharacter = (code, path, message) => {
        throw new AvatarBakeError(code, `"${name}": ${path}: ${message}`);
    };
    const issues = new IssueList();
    const gltf = CheckGltf(document.json, issues);
    if (gltf === null) {
        const [first] = issues.issues;
        return refuse("invalid-gltf", first?.path ?? "", first?.message ?? "this is not a glTF 2.0 document");
    }
    CheckViews(gltf, document, refuse);
    CheckAccessors(gltf, refuse);
    CheckNodes(gltf, refuse);
    CheckMeshesJson(gltf, document.json.meshes ?? [], refuse);
}

/** Bytes that there are of each buffer; Infinity for those of which packed views speak in their stead. */
function BufferSizes(gltf: IGltf, { json, resources }: JSONDocument, refuse: RefuseCharacter): number[] {
    return gltf.buffers.map(({ uri, byteLength }, i) => {
        const path = `/buffers/${i}`;
        const extensions = Object.keys(json.buffers?.[i]?.extensions ?? {});
        if (uri === undefined && extensions.some((extension) => PackingExtensions.includes(extension))) {
            return Infinity;
        }
        const isInline = uri !== undefined && resources[uri] === undefined && IsDataUri(uri);
        const bytes = isInline ? DecodeDataUri(uri, uri.length, path) : resources[uri ?? GlbResource];
        if (!(bytes instanceof Uint8Array)) {
            return refuse(
                "invalid-gltf",
                path,
                uri === undefined ? "the file has no binary part" : `the file ${uri} is needed: supply it`,
            );
        }
        if (bytes.byteLength < byteLength) {
            refuse(
                "invalid-gltf",
                `${path}/byteLength`,
                `${byteLength} bytes are stated, there are ${bytes.byteLength}: copy or export the file again`,
            );
        }
        return bytes.byteLength;
    });
}

function CheckViews(gltf: IGltf, document: JSONDocument, refuse: RefuseCharacter): void {
    const sizes = BufferSizes(gltf, document, refuse);
    const requireRange = (view: IPackedView, path: string): void => {
        const { byteOffset = 0, byteLength = 0 } = view;
        const size = RequireItem(sizes, view.buffer, `${path}/buffer`, "buffer", refuse);
        if (!(byteOffset >= 0 && byteLength >= 0 && byteOffset + byteLength <= size)) {
            refuse(
                "invalid-gltf",
                path,
                `bytes ${byteOffset} to ${byteOffset + byteLength} are wanted of a buffer of ${size}: export the file again`,
            );
        }
    };
    let unpacked = 0;
    gltf.bufferViews.forEach((view, i) => {
        const path = `/bufferViews/${i}`;
        const extensions = document.json.bufferViews?.[i]?.extensions ?? {};
        const packing = PackingExtensions.find((extension) => extensions[extension] !== undefined);
        if (packing === undefined) {
            requireRange(view, path);
            return;
        }
        const packed = extensions[packing] as IPackedView;
        requireRange(packed, `${path}/extensions/${packing}`);
        const bytes = Number(packed.count) * Number(packed.byteStride);
        unpacked += bytes;
        if (!(bytes <= view.byteLength)) {
            refuse("invalid-gltf", path, `${bytes} bytes are packed, the view has ${view.byteLength}`);
        }
        if (unpacked > MaxUnpackedBytes) {
            refuse(
                "too-large",
                path,
                `the packed views unfold to more than ${MaxUnpackedBytes} bytes: reduce the model`,
            );
        }
    });
}

function CheckAccessors(gltf: IGltf, refuse: RefuseCharacter): void {
    const requireFit = (
        viewIndex: number,
        byteOffset: number,
        count: number,
        component: number,
        components: number,
        path: string,
    ): void => {
        const view = RequireItem(gltf.bufferViews, viewIndex, `${path}/bufferView`, "bufferView", refuse);
        const element = ComponentBytes[component]! * components;
        const stride = view.byteStride ?? element;
        const end = byteOffset + stride * (count - 1) + element;
        if (stride < element || end > view.byteLength) {
            const found = `${count} elements of ${element} bytes do not fit bufferView ${viewIndex}`;
            refuse("invalid-gltf", path, `${found} of ${view.byteLength} bytes: export the file again`);
        }
    };
    let numbers = 0;
    gltf.accessors.forEach((accessor, i) => {
        const { bufferView, byteOffset = 0, componentType, count, type, sparse } = accessor;
        const path = `/accessors/${i}`;
        // Accessors may lie over the same bytes, or over none: the size of the file does not bound them.
        numbers += count * TypeComponents[type];
        if (numbers > MaxCharacterNumbers) {
            refuse("too-large", `${path}/count`, `more than ${MaxCharacterNumbers} numbers so far: reduce the model`);
        }
        if (bufferView !== undefined) {
            requireFit(bufferView, byteOffset, count, componentType, TypeComponents[type], path);
        }
        if (sparse) {
            const { indices, values } = sparse;
            if (sparse.count > count) {
                refuse("invalid-gltf", `${path}/sparse/count`, `${sparse.count} rows of ${count} are stored`);
            }
            const [at, to] = [`${path}/sparse/indices`, `${path}/sparse/values`];
            requireFit(indices.bufferView, indices.byteOffset ?? 0, sparse.count, indices.componentType, 1, at);
            const size = TypeComponents[type];
            requireFit(values.bufferView, values.byteOffset ?? 0, sparse.count, componentType, size, to);
        }
    });
}

function CheckNodes({ nodes, meshes, skins }: IGltf, refuse: RefuseCharacter): void {
    const parents = new Int32Array(nodes.length).fill(-1);
    nodes.forEach((node, i) => {
        (node.children ?? []).forEach((child, c) => {
            const path = `/nodes/${i}/children/${c}`;
            RequireItem(nodes, child, path, "node", refuse);
            if (parents[child]! >= 0) {
                refuse("invalid-gltf", path, `node ${child} is a child of node ${parents[child]} already`);
            }
            parents[child] = i;
        });
        if (node.mesh !== undefined) {
            RequireItem(meshes, node.mesh, `/nodes/${i}/mesh`, "mesh", refuse);
        }
        if (node.skin !== undefined) {
            RequireItem(skins, node.skin, `/nodes/${i}/skin`, "skin", refuse);
        }
    });
    const depths = new Int32Array(nodes.length);
    nodes.forEach((_, i) => {
        let depth = 0;
        let top = i;
        // A node whose depth is known ends the walk, so that a long chain is walked once.
        for (; top >= 0 && depths[top] === 0; top = parents[top]!) {
            if (++depth > MaxNodeDepth) {
                refuse("invalid-gltf", `/nodes/${i}`, `it lies more than ${MaxNodeDepth} nodes deep, or within itself`);
            }
        }
        depth += top < 0 ? 0 : depths[top]!;
        if (depth > MaxNodeDepth) {
            refuse("invalid-gltf", `/nodes/${i}`, `it lies more than ${MaxNodeDepth} nodes deep, or within itself`);
        }
        for (let node = i; node !== top; node = parents[node]!) {
            depths[node] = depth--;
        }
    });
}
