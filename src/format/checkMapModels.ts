import { type IAvatarAsset } from "./avatarAsset.js";
import { AvatarFormatError, type AvatarFormatErrorCode } from "./avatarFormatError.js";
import { type IAvatarNetwork, type IMapModel } from "./mapModel.js";
import { RequireNumbers } from "./requireNumbers.js";
import { DecodeSafeUri, EncodeUri } from "./safeUri.js";

/** Numbers in a row of each array of the base values, and of the fixed hands. */
const RowLengths = { shares: 1, positions: 3, opacities: 1, scales: 3, rotations: 4, colors: 3 } as const;

/** Checks the map models of one avatar; `path` names fields of the avatar as a JSON pointer would. */
class MapModelChecker {
    private readonly _asset: IAvatarAsset;

    public constructor(asset: IAvatarAsset) {
        this._asset = asset;
    }

    public check(): void {
        const networks = new Map<string, IAvatarNetwork>();
        for (const [index, model] of this._asset.mapModels.entries()) {
            const path = `/mapModels/${index}`;
            this._checkTemplate(model, path);
            this._checkProjection(model, `${path}/conditioning/projection`);
            this._checkRows(model.decoding, model.texels.length, `${path}/decoding`);
            this._checkRows(model.decoding.fixedHands ?? {}, model.texels.length, `${path}/decoding/fixedHands`);
            this._checkTargets(model, `${path}/morphTargets`);
            for (const [at, network] of model.networks.entries()) {
                this._checkNetwork(network, networks.get(network.name), `${path}/networks/${at}`);
                networks.set(network.name, network);
            }
        }
        for (const [at, network] of (this._asset.headModel?.refiner?.networks ?? []).entries()) {
            this._checkNetwork(network, networks.get(network.name), `/headModel/refiner/networks/${at}`);
            networks.set(network.name, network);
        }
    }

    private _checkTemplate(model: IMapModel, path: string): void {
        const rows = model.texels.length;
        const { count, joints, weights } = model.influences;
        this._require(model.positions, rows * 3, `${path}/positions`);
        this._require(model.normals, rows * 3, `${path}/normals`);
        this._require(joints, rows * count, `${path}/influences/joints`);
        this._require(weights, rows * count, `${path}/influences/weights`);
        this._require(model.inverseBindMatrices, this._asset.joints.length * 16, `${path}/inverseBindMatrices`);
        this._requireJoints(joints, `${path}/influences/joints`);
        this._requireJoints(model.conditioning.restJoints, `${path}/conditioning/restJoints`);
    }

    private _checkProjection({ conditioning: { projection } }: IMapModel, path: string): void {
        if (projection !== null) {
            const { pixels, mean, components, limits } = projection;
            this._require(mean, pixels.length * 3, `${path}/mean`);
            this._require(components, limits.length * pixels.length * 3, `${path}/components`);
            this._require(limits, limits.length, `${path}/limits`);
        }
    }

    private _checkRows(arrays: object, count: number, path: string): void {
        for (const [name, values] of Object.entries(arrays)) {
            if (values instanceof Float32Array) {
                this._require(values, count * RowLengths[name as keyof typeof RowLengths], `${path}/${name}`);
            }
        }
    }

    private _checkTargets({ morphTargets, texels }: IMapModel, path: string): void {
        const names = this._asset.morphTargets.map(({ name }) => name);
        if (morphTargets.length > 0 && names.join("\n") !== morphTargets.map(({ name }) => name).join("\n")) {
            const message = "are not the avatar's own channels in their order: give those, or none";
            this._fail("invalid-morph-target", path, message);
        }
        for (const [channel, { indices, deltas }] of morphTargets.entries()) {
            this._require(deltas, indices.length * 3, `${path}/${channel}/deltas`);
            const wrong = indices.findIndex((row, i) => row >= texels.length || (i > 0 && row <= indices[i - 1]!));
            if (wrong >= 0) {
                const message = `number ${wrong} is ${indices[wrong]}: indices ascend strictly and stay below ${texels.length}`;
                this._fail("invalid-morph-target", `${path}/${channel}/indices`, message);
            }
        }
    }

    private _checkNetwork(network: IAvatarNetwork, namesake: IAvatarNetwork | undefined, path: string): void {
        const { name, bytes, uri, byteLength } = network;
        if (namesake !== undefined && namesake !== network) {
            this._fail("duplicate-name", `${path}/name`, `two networks are named "${name}": rename one, or share it`);
        }
        if ((bytes === null) === (uri === null)) {
            this._fail("invalid-network", path, `"${name}" must have either bytes or a uri`);
        }
        if (bytes !== null && bytes.length !== byteLength) {
            this._fail(
                "invalid-network",
                `${path}/byteLength`,
                `is ${byteLength}, "${name}" has ${bytes.length} bytes`,
            );
        }
        if (uri !== null && DecodeSafeUri(EncodeUri(uri)) !== uri) {
            this._fail("unsafe-uri", `${path}/uri`, `"${uri}" leaves the folder of the file: use a relative path`);
        }
    }

    private _requireJoints(joints: Uint16Array, path: string): void {
        const wrong = joints.findIndex((joint) => joint >= this._asset.joints.length);
        if (wrong >= 0) {
            const message = `number ${wrong} is joint ${joints[wrong]}: the avatar has ${this._asset.joints.length}`;
            this._fail("invalid-joint-index", path, message);
        }
    }

    private _require(values: ArrayLike<number>, length: number, path: string): void {
        RequireNumbers(this._asset, values, length, path);
    }

    private _fail(code: AvatarFormatErrorCode, path: string, message: string): never {
        throw new AvatarFormatError(code, path, message, this._asset.name);
    }
}

/**
 * Checks the map models of an avatar, and all its networks, ahead of writing for what would not show in the file. All else is found when the file is
 * read back.
 *
 * @param asset the avatar
 * @throws {@link AvatarFormatError} for the first problem; its path names the field of the avatar
 */
export function CheckMapModels(asset: IAvatarAsset): void {
    new MapModelChecker(asset).check();
}
