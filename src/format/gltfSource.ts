/** A loaded glTF file: its document and the bytes of its buffer views. */
export interface IGltfSource {
    /** The parsed glTF document. It is not trusted: its shape is checked when it is read. */
    readonly json: unknown;
    /** Name of the file, for messages. */
    readonly fileName: string;
    /** Bytes of the file and its side files; bounds what reading may allocate (default: the sum of the views read). */
    readonly byteLength?: number;
    /**
     * Bytes of a buffer view; called only for those that {@link AvatarBufferViews} names.
     *
     * @param index index into `bufferViews`
     * @returns the bytes of the view; those of networks become a part of the avatar, others are not kept
     */
    bufferView(index: number): Uint8Array;
}
