import { type AccessorReader } from "./accessor.js";
import { type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName } from "./extensionNames.js";
import { type IAvatarNetwork } from "./mapModel.js";
import { DecodeSafeUri } from "./safeUri.js";

/**
 * Names what networks are read from.
 *
 * @param extension the checked extension
 * @returns buffer views with networks that a tier runs; none is known to be there
 */
export function NetworkViews({ tiers, networks = [] }: IAvatarExtension): number[] {
    const used = new Set(
        tiers.flatMap(({ name, maps, head, networks: run = [] }) =>
            name !== "baked" && (maps ?? head?.refiner) ? run : [],
        ),
    );
    return networks
        .filter(({ name }) => used.has(name))
        .flatMap(({ bufferView }) => (bufferView === undefined ? [] : [bufferView]));
}

/** Reads the networks that tiers name. Each is read once, so that tiers of one network share it. */
export class NetworkReader {
    private readonly _listed: NonNullable<IAvatarExtension["networks"]>;
    private readonly _reader: AccessorReader;
    private readonly _read = new Map<string, IAvatarNetwork | null>();

    /**
     * @param extension the checked extension, or null when the file has none
     * @param reader gives bytes
     */
    public constructor(extension: IAvatarExtension | null, reader: AccessorReader) {
        this._listed = extension?.networks ?? [];
        this._reader = reader;
    }

    /**
     * @param names of networks, in the order in which they run
     * @returns them with their bytes or their URI; null when one cannot be had, which was noted
     */
    public read(names: readonly string[]): IAvatarNetwork[] | null {
        const networks = names.map((name) => this._networkOf(name));
        return networks.includes(null) ? null : (networks as IAvatarNetwork[]);
    }

    private _networkOf(name: string): IAvatarNetwork | null {
        if (!this._read.has(name)) {
            this._read.set(name, this._readNetwork(this._listed.findIndex((network) => network.name === name)));
        }
        return this._read.get(name)!;
    }

    private _readNetwork(index: number): IAvatarNetwork | null {
        const description = this._listed[index];
        if (description === undefined) {
            return null;
        }
        const { name, bufferView, byteLength, inputs, outputs } = description;
        const path = `/extensions/${AvatarExtensionName}/networks/${index}/bufferView`;
        const uri = description.uri === undefined ? null : DecodeSafeUri(description.uri);
        const bytes = bufferView === undefined ? null : this._reader.bytesOf(bufferView, path);
        return uri === null && bytes === null ? null : { name, bytes, uri, byteLength, inputs, outputs };
    }
}
