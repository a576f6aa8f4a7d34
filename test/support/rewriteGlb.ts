/** What tests change in a glTF document. */
export interface IEditableGltf {
    /** Names of the extensions that the document uses. */
    extensionsUsed?: string[] | undefined;
    /** Extension objects of the document. */
    extensions?: Record<string, unknown>;
    /** Nodes. */
    nodes?: { name?: string; skin?: number; children?: number[] }[];
    /** Skins. */
    skins?: { joints: number[] }[];
    /** Scenes. */
    scenes?: { nodes: number[] }[];
    /** Clips. */
    animations?: unknown[];
}

/**
 * Changes the document of a GLB file and leaves its bytes as they are.
 *
 * @param glb the file
 * @param change edits the document in place
 * @returns a new file
 */
export function RewriteGlbJson(glb: Uint8Array, change: (json: IEditableGltf) => void): Uint8Array {
    const view = new DataView(glb.buffer, glb.byteOffset, glb.byteLength);
    const jsonEnd = 20 + view.getUint32(12, true);
    const json = JSON.parse(new TextDecoder().decode(glb.subarray(20, jsonEnd))) as IEditableGltf;
    change(json);
    let text = JSON.stringify(json);
    text += " ".repeat((4 - (new TextEncoder().encode(text).length % 4)) % 4);
    const bytes = new TextEncoder().encode(text);
    const rest = glb.subarray(jsonEnd);
    const result = new Uint8Array(20 + bytes.length + rest.length);
    result.set(glb.subarray(0, 20));
    result.set(bytes, 20);
    result.set(rest, 20 + bytes.length);
    const header = new DataView(result.buffer);
    header.setUint32(8, result.length, true);
    header.setUint32(12, bytes.length, true);
    return result;
}
