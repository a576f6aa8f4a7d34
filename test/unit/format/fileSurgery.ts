import { JoinGlb, SplitGlb } from "../../../src/format/glbContainer.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";

/* eslint-disable @typescript-eslint/no-explicit-any -- tests break documents in ways that no type describes */

/** A file taken apart, to be broken in one place. */
export interface IOpenAvatarFile {
    /** The document. */
    readonly json: any;
    /** Buffer 0. */
    readonly binary: Uint8Array;
    /** The primitive of the Gaussians. */
    readonly primitive: any;
    /** The root extension. */
    readonly extension: any;
    /** Data of an accessor, as a view to write into. */
    data(accessor: number): DataView;
    /** Data of an attribute, as a view to write into. */
    attribute(name: string): DataView;
}

/** Takes a file apart; the parts are copies. */
export function OpenAvatarFile(bytes: Uint8Array): IOpenAvatarFile {
    const { json: text, binary: shared } = SplitGlb(bytes);
    const json = JSON.parse(new TextDecoder().decode(text));
    const binary = shared!.slice();
    const primitive = json.meshes[0].primitives[0];
    const viewData = (index: number): DataView => {
        const view = json.bufferViews[index];
        return new DataView(binary.buffer, view.byteOffset, view.byteLength);
    };
    const data = (accessor: number): DataView => viewData(json.accessors[accessor].bufferView);
    return {
        json,
        binary,
        primitive,
        extension: json.extensions.BGA_gaussian_avatar,
        data,
        attribute: (name) => data(primitive.attributes[name]),
    };
}

let sample: Uint8Array | null = null;

/** A good file of 20 Gaussians, the same on every call; do not write into it. */
export function SampleFile(): Uint8Array {
    sample ??= WriteAvatar(MakeSampleAvatar({ gaussians: 20, seed: 5 }));
    return sample;
}

/**
 * A good file, broken in one place.
 *
 * @param breakIt changes the parts in place; what it returns, if anything, becomes the document
 * @returns the file
 */
export function BrokenFile(breakIt: (file: IOpenAvatarFile) => unknown): Uint8Array {
    const file = OpenAvatarFile(SampleFile());
    breakIt(file);
    return JoinGlb(file.json, file.binary);
}
