import { type IQuaternionLike, type IVector3Like } from "@babylonjs/core/Maths/math.like.js";
import { IdentityPacked, MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { type RigPose } from "../motion/rigPose.js";

/** Turns the mirror z = 0 into the mirror x = 0: half a turn about y, xyzw. */
const HalfTurnAboutY = Float64Array.of(0, 1, 0, 0);
const Identity = Float64Array.of(0, 0, 0, 1);

/**
 * Local transforms of the nodes of a Babylon rig, and the way from them to a {@link RigPose} in right-handed space.
 *
 * Scales are pulled out of rotations: their size goes into positions, and a mirror (an odd number of negative factors) is
 * handed down to the children as a change of hands, always taken out of the z axis. So rotations stay rotations below a
 * mirrored arm, and in a left-handed scene.
 */
export class RigLocals {
    /** [N] index of the parent, or -1; parents come first. */
    public readonly parents: Int32Array;
    /** [N,3] position relative to the parent. */
    public readonly positions: Float64Array;
    /** [N,4] unit rotation relative to the parent, xyzw. */
    public readonly rotations: Float64Array;
    /** [N,3] scale factors. */
    public readonly scales: Float64Array;

    private readonly _isLeftHanded: boolean;
    private readonly _sizes: Float64Array;
    private readonly _mirrors: Uint8Array;
    private readonly _scratch = new Float64Array(4);

    /**
     * @param parents index of each node's parent, or -1; parents come first
     * @param isLeftHanded whether the transforms are those of a left-handed space
     */
    public constructor(parents: ArrayLike<number>, isLeftHanded: boolean) {
        const count = parents.length;
        this.parents = Int32Array.from(parents);
        this.positions = new Float64Array(count * 3);
        this.rotations = new Float64Array(count * 4);
        this.scales = new Float64Array(count * 3).fill(1);
        for (let node = 0; node < count; node++) {
            IdentityPacked(this.rotations, node * 4);
        }
        this._isLeftHanded = isLeftHanded;
        this._sizes = new Float64Array(count);
        this._mirrors = new Uint8Array(count);
    }

    /**
     * Takes a position over.
     *
     * @param node index of the node
     * @param value position relative to the parent
     * @returns false when it is not finite, and nothing was changed
     */
    public setPosition(node: number, { x, y, z }: IVector3Like): boolean {
        return SetFinite(this.positions, node * 3, x, y, z);
    }

    /**
     * Takes scale factors over.
     *
     * @param node index of the node
     * @param value scale factors
     * @returns false when they are not finite, and nothing was changed
     */
    public setScale(node: number, { x, y, z }: IVector3Like): boolean {
        return SetFinite(this.scales, node * 3, x, y, z);
    }

    /**
     * Takes a rotation over, made a unit.
     *
     * @param node index of the node
     * @param value rotation relative to the parent
     * @returns false when it is zero or not finite, and nothing was changed
     */
    public setRotation(node: number, { x, y, z, w }: IQuaternionLike): boolean {
        const length = Math.sqrt(x * x + y * y + z * z + w * w);
        if (!(length > 1e-6 && length < Infinity)) {
            return false;
        }
        this.rotations[node * 4] = x / length;
        this.rotations[node * 4 + 1] = y / length;
        this.rotations[node * 4 + 2] = z / length;
        this.rotations[node * 4 + 3] = w / length;
        return true;
    }

    /** A copy that can be written by itself. */
    public clone(): RigLocals {
        const copy = new RigLocals(this.parents, this._isLeftHanded);
        copy.copyFrom(this);
        return copy;
    }

    /**
     * Takes all transforms over.
     *
     * @param other those of the same nodes
     */
    public copyFrom(other: RigLocals): void {
        this.positions.set(other.positions);
        this.rotations.set(other.rotations);
        this.scales.set(other.scales);
    }

    /**
     * Brings nodes into world space, parents first. Allocates nothing.
     *
     * @param nodes which nodes, ascending; with a node its ancestors have to be there
     * @param result receives rotations and positions of these nodes
     */
    public compose(nodes: Int32Array, result: RigPose): void {
        const { parents, _scratch: scratch } = this;
        for (let n = 0; n < nodes.length; n++) {
            const node = nodes[n]!;
            const parent = parents[node]!;
            const above = parent >= 0 ? result.rotations : this._isLeftHanded ? HalfTurnAboutY : Identity;
            const aboveAt = parent >= 0 ? parent * 4 : 0;
            this._scratchPosition(node, parent);
            RotatePacked(above, aboveAt, scratch, 0, result.positions, node * 3);
            if (parent >= 0) {
                AddPacked(result.positions, parent * 3, node * 3);
            }
            this._scratchRotation(node, parent);
            MultiplyPacked(above, aboveAt, scratch, 0, result.rotations, node * 4);
            this._composeScale(node, parent, result);
        }
    }

    private _isMirroredBelow(parent: number): boolean {
        return parent < 0 ? this._isLeftHanded : this._mirrors[parent] === 1;
    }

    private _scratchPosition(node: number, parent: number): void {
        const { positions, _scratch: scratch } = this;
        const size = parent < 0 ? 1 : this._sizes[parent]!;
        scratch[0] = positions[node * 3]! * size;
        scratch[1] = positions[node * 3 + 1]! * size;
        scratch[2] = positions[node * 3 + 2]! * (this._isMirroredBelow(parent) ? -size : size);
    }

    private _scratchRotation(node: number, parent: number): void {
        const { rotations, _scratch: scratch } = this;
        const sign = this._isMirroredBelow(parent) ? -1 : 1;
        scratch[0] = rotations[node * 4]! * sign;
        scratch[1] = rotations[node * 4 + 1]! * sign;
        scratch[2] = rotations[node * 4 + 2]!;
        scratch[3] = rotations[node * 4 + 3]!;
    }

    /** Size for the children, and what negative factors do: a half turn, and a mirror when their number is odd. */
    private _composeScale(node: number, parent: number, result: RigPose): void {
        const { scales, _sizes: sizes, _scratch: half } = this;
        const size = parent < 0 ? 1 : sizes[parent]!;
        const x = scales[node * 3]!;
        const y = scales[node * 3 + 1]!;
        const volume = x * y * scales[node * 3 + 2]!;
        sizes[node] = volume === 1 ? size : size * Math.cbrt(Math.abs(volume));
        this._mirrors[node] = volume < 0 === this._isMirroredBelow(parent) ? 0 : 1;
        if (x < 0 || y < 0) {
            half[0] = x > 0 ? 1 : 0;
            half[1] = y > 0 ? 1 : 0;
            half[2] = x < 0 && y < 0 ? 1 : 0;
            half[3] = 0;
            MultiplyPacked(result.rotations, node * 4, half, 0, result.rotations, node * 4);
        }
    }
}

function AddPacked(positions: Float64Array, parent: number, node: number): void {
    positions[node]! += positions[parent]!;
    positions[node + 1]! += positions[parent + 1]!;
    positions[node + 2]! += positions[parent + 2]!;
}

function SetFinite(array: Float64Array, node: number, x: number, y: number, z: number): boolean {
    if (!Number.isFinite(x + y + z)) {
        return false;
    }
    array[node] = x;
    array[node + 1] = y;
    array[node + 2] = z;
    return true;
}
