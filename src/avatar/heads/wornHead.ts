import { AvatarError } from "../../diagnostics/avatarError.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type SmplxJointName } from "../../format/bodyModel.js";
import { InvertAffineMatrix4, TranslationOf } from "../../math/matrix4.js";
import { SkinMatrixFloats } from "../../pipeline/1-pose/skinMatrix.js";

/** How a head sits on a body. */
export interface IWornHeadOptions {
    /** Where the head begins: what hangs on this joint and those behind it is the head's, the rest the body's (default: `"head"`). */
    readonly seam?: "head" | "neck";
    /** Times as large as it was captured (default: 1). */
    readonly scale?: number;
    /** Moves the head from where its joint lies on the body's, in the body's canonical space, metres (default: not at all). */
    readonly offset?: readonly [x: number, y: number, z: number];
}

/** Why a head cannot be put on a body: `"no-joint"`, one of them has no such joint; `"worn"`, one of them is part of another pair. */
export type WornHeadErrorCode = "no-joint" | "worn";

/** A head cannot be put on a body. The message names both and the joint. */
export class WornHeadError extends AvatarError<WornHeadErrorCode> {}

/** A person, as far as it matters here. */
interface IPerson {
    readonly name: string;
    readonly asset: IAvatarAsset;
}

/** A head avatar on a body avatar: which joint of the one moves which of the other, and who shows what of the seam. */
export class WornHead<Person extends IPerson = IPerson> {
    /** The head. */
    public readonly head: Person;
    /** The body. */
    public readonly body: Person;
    /** [J] how much of what hangs on a joint is seen, of the head. */
    public readonly headPresence: Float32Array;
    /** [J] the same of the body. */
    public readonly bodyPresence: Float32Array;

    /** Joint of the body that moves each joint of the head. */
    private readonly _mover: readonly number[];
    private readonly _scale: number;
    /** Canonical space of the head, scaled, → that of the body. */
    private readonly _shift: readonly [number, number, number];

    /**
     * @param head the head; borrowed
     * @param body the body; borrowed
     * @param options how it sits
     * @throws {@link WornHeadError} `"no-joint"`
     */
    public constructor(
        head: Person,
        body: Person,
        { seam = "head", scale = 1, offset = [0, 0, 0] }: IWornHeadOptions = {},
    ) {
        this.head = head;
        this.body = body;
        const [own, bodys] = [RequireJoint(head, "head"), RequireJoint(body, "head")];
        RequireJoint(body, seam);
        this._mover = MoversOf(head.asset, body.asset, bodys);
        this._scale = scale;
        const [from, to] = [PlaceOf(head.asset, own), PlaceOf(body.asset, bodys)];
        this._shift = [0, 1, 2].map((axis) => to[axis]! - scale * from[axis]! + offset[axis]!) as [
            number,
            number,
            number,
        ];
        // A head without a neck of its own is all head.
        const first = head.asset.joints.some(({ smplx }) => smplx === seam) ? seam : "head";
        this.headPresence = Float32Array.from(BehindJoint(head.asset, first), Number);
        this.bodyPresence = Float32Array.from(BehindJoint(body.asset, seam), (isBehind) => 1 - Number(isBehind));
    }

    /**
     * Moves the head with the body. Allocates nothing.
     *
     * @param bodySkin [J,12] canonical space of the body → world
     * @param headSkin receives [J',12] canonical space of the head → world
     */
    public pose(bodySkin: ArrayLike<number>, headSkin: Float32Array): void {
        for (let joint = 0; joint < this._mover.length; joint++) {
            const from = this._mover[joint]! * SkinMatrixFloats;
            const to = joint * SkinMatrixFloats;
            for (let row = 0; row < SkinMatrixFloats; row += 4) {
                let place = bodySkin[from + row + 3]!;
                for (let column = 0; column < 3; column++) {
                    const value = bodySkin[from + row + column]!;
                    headSkin[to + row + column] = value * this._scale;
                    place += value * this._shift[column]!;
                }
                headSkin[to + row + 3] = place;
            }
        }
    }
}

function RequireJoint({ name, asset }: IPerson, joint: SmplxJointName): number {
    const index = asset.joints.findIndex(({ smplx }) => smplx === joint);
    if (index < 0) {
        throw new WornHeadError(
            "no-joint",
            `Avatar "${name}" has no joint that is SMPL-X's "${joint}": a head is put on by it. Name the joint in its file.`,
        );
    }
    return index;
}

/** Joint of the body for each joint of the head: the one of its name, or that of its nearest ancestor; else the head. */
function MoversOf(head: IAvatarAsset, body: IAvatarAsset, bodysHead: number): number[] {
    const movers: number[] = [];
    for (const { smplx, parent } of head.joints) {
        const same = smplx === null ? -1 : body.joints.findIndex((joint) => joint.smplx === smplx);
        movers.push(same >= 0 ? same : (movers[parent] ?? bodysHead));
    }
    return movers;
}

/** Whether each joint is the named one, or hangs on it. */
function BehindJoint({ joints }: IAvatarAsset, name: SmplxJointName): boolean[] {
    const behind: boolean[] = [];
    for (const { smplx, parent } of joints) {
        behind.push(smplx === name || behind[parent] === true);
    }
    return behind;
}

/** Where a joint is in canonical space. */
function PlaceOf({ inverseBindMatrices }: IAvatarAsset, joint: number): readonly number[] {
    const inverse = Float64Array.from(inverseBindMatrices.subarray(joint * 16, joint * 16 + 16));
    // The format refuses bind matrices without an inverse.
    return TranslationOf(InvertAffineMatrix4(inverse)!);
}
