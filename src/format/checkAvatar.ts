import { type IAnimationTrack, type IAvatarAsset, type IGaussianCloud } from "./avatarAsset.js";
import { type IMorphTarget } from "./morphTarget.js";
import { AvatarFormatError, type AvatarFormatErrorCode } from "./avatarFormatError.js";
import { FindHeadProblem } from "./headProblem.js";
import { CheckMapModels } from "./checkMapModels.js";
import { type RowProblem } from "./gaussianRows.js";
import { RequireNumbers } from "./requireNumbers.js";

/** Numbers in a row of each array of a cloud. */
const RowLengths = {
    positions: 3,
    rotations: 4,
    scales: 3,
    opacities: 1,
    colors: 3,
    jointIndices: 4,
    jointWeights: 4,
} as const;

/**
 * Makes a receiver of problems that refuses the avatar at the first of them.
 *
 * @param asset the avatar, for its name
 * @param code kind of problem
 * @param path field of the avatar that holds the rows
 * @returns what throws {@link AvatarFormatError}
 */
export function RefuseRow(asset: IAvatarAsset, code: AvatarFormatErrorCode, path: string): RowProblem {
    return (row, message) => {
        throw new AvatarFormatError(code, path, `row ${row} ${message}`, asset.name);
    };
}

/** Checks one avatar; `path` names fields of the avatar as a JSON pointer would. */
class AvatarChecker {
    private readonly _asset: IAvatarAsset;

    public constructor(asset: IAvatarAsset) {
        this._asset = asset;
    }

    public check(): void {
        const { joints, inverseBindMatrices, gaussians, morphTargets, animations } = this._asset;
        this._checkArray(inverseBindMatrices, joints.length * 16, "/inverseBindMatrices");
        this._checkSkeleton();
        this._checkGaussians(gaussians);
        morphTargets.forEach((target, index) => {
            this._checkMorphTarget(target, `/morphTargets/${index}`);
        });
        animations.forEach(({ tracks }, clip) => {
            tracks.forEach((track, index) => {
                this._checkTrack(track, `/animations/${clip}/tracks/${index}`);
            });
        });
    }

    private _checkSkeleton(): void {
        for (const [index, { name, parent, translation, rotation }] of this._asset.joints.entries()) {
            const path = `/joints/${index}`;
            if (!Number.isInteger(parent) || parent < -1 || parent >= index) {
                this._fail("invalid-skeleton", `${path}/parent`, `is ${parent}: "${name}" must follow its parent`);
            }
            this._checkArray(translation, 3, `${path}/translation`);
            this._checkArray(rotation, 4, `${path}/rotation`);
        }
    }

    private _checkGaussians(cloud: IGaussianCloud): void {
        for (const [name, length] of Object.entries(RowLengths)) {
            this._checkArray(cloud[name as keyof typeof RowLengths], cloud.count * length, `/gaussians/${name}`);
        }
        const joints = this._asset.joints.length;
        const wrong = cloud.jointIndices.findIndex((joint) => joint >= joints);
        if (wrong >= 0) {
            this._fail(
                "invalid-joint-index",
                "/gaussians/jointIndices",
                `row ${Math.floor(wrong / 4)} refers to joint ${cloud.jointIndices[wrong]}: the avatar has ${joints}`,
            );
        }
    }

    private _checkMorphTarget({ indices, deltas }: IMorphTarget, path: string): void {
        this._checkArray(deltas, indices.length * 3, `${path}/deltas`);
    }

    private _checkTrack({ joint, path: property, times, values }: IAnimationTrack, path: string): void {
        const isFitting = property === "weights" ? joint === -1 : joint >= 0 && joint < this._asset.joints.length;
        if (!isFitting) {
            const wanted = property === "weights" ? "-1" : `a joint, below ${this._asset.joints.length}`;
            this._fail("invalid-animation", `${path}/joint`, `is ${joint}: for ${property} it must be ${wanted}`);
        }
        const width = { rotation: 4, translation: 3, weights: this._asset.morphTargets.length }[property];
        this._checkArray(times, times.length, `${path}/times`);
        this._checkArray(values, times.length * width, `${path}/values`);
    }

    private _checkArray(values: ArrayLike<number>, length: number, path: string): void {
        RequireNumbers(this._asset, values, length, path);
    }

    private _fail(code: AvatarFormatErrorCode, path: string, message: string): never {
        throw new AvatarFormatError(code, path, message, this._asset.name);
    }
}

/**
 * Checks an avatar ahead of writing for what would not show in the file: numbers that quantising turns into others, rows
 * that nothing refers to. All else is found when the file is read back.
 *
 * @param asset the avatar
 * @throws {@link AvatarFormatError} for the first problem; its path names the field of the avatar
 */
export function CheckAvatar(asset: IAvatarAsset): void {
    new AvatarChecker(asset).check();
    CheckMapModels(asset);
    if (asset.headModel && asset.mapModels.length > 0) {
        const message = "there are map models as well: give an avatar one of the two";
        throw new AvatarFormatError("invalid-head", "/headModel", message, asset.name);
    }
    const avatar = { joints: asset.joints.length, channels: asset.morphTargets.length };
    const problem = asset.headModel ? FindHeadProblem(asset.headModel, avatar) : null;
    if (problem) {
        throw new AvatarFormatError(problem.code, `/headModel/${problem.path}`, problem.message, asset.name);
    }
}
