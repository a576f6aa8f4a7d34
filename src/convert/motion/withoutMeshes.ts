import { type JSONDocument } from "@gltf-transform/core";

/**
 * The same document without what shows: however its meshes and pictures are packed does not matter.
 *
 * @param parsed the document
 */
export function WithoutMeshes({ json, resources }: JSONDocument): JSONDocument {
    const {
        meshes: _meshes,
        materials: _materials,
        textures: _textures,
        images: _images,
        samplers: _samplers,
        ...rest
    } = json;
    const shown = /draco|texture|materials|webp|avif|basisu/i;
    const extensions = (names: string[] | undefined): string[] => (names ?? []).filter((used) => !shown.test(used));
    return {
        json: {
            ...rest,
            ...(Array.isArray(json.nodes) ? { nodes: json.nodes.map((node) => ({ ...node, mesh: undefined })) } : {}),
            extensionsUsed: extensions(json.extensionsUsed),
            extensionsRequired: extensions(json.extensionsRequired),
        } as JSONDocument["json"],
        resources,
    };
}
