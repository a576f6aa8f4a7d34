import { type ICaptureSubject } from "./captureSubject.js";
import { ClothFolds } from "./clothFolds.js";
import { SkinMatrices, SkinPoints } from "./skinMatrices.js";
import { ComputeNormals } from "./surfaceNormals.js";

/** How a subject is deformed. */
export interface ISubjectDeformerOptions {
    /** Whether cloth folds where it is compressed (default: true). */
    readonly folds?: boolean;
}

/**
 * Poses a subject: expressions, then folds of the cloth, then linear blend skinning, then normals. Allocates nothing a pose.
 *
 * @example
 * ```ts
 * const deformer = new SubjectDeformer(subject);
 * deformer.deform(pose.rotations, pose.translation, pose.expressions);
 * light.update(deformer.positions, deformer.normals, pose.rotations);
 * ```
 */
export class SubjectDeformer {
    /** [V,3] vertices in the pose, metres. */
    public readonly positions: Float32Array;
    /** [V,3] unit normals in the pose. */
    public readonly normals: Float32Array;
    /** Where the joints are in the pose. */
    public readonly joints: SkinMatrices;
    private readonly _subject: ICaptureSubject;
    private readonly _shape: Float32Array;
    private readonly _folds: ClothFolds | null;

    /** @param subject whom to pose */
    public constructor(subject: ICaptureSubject, options: ISubjectDeformerOptions = {}) {
        this._subject = subject;
        this.joints = new SkinMatrices(subject);
        this._shape = new Float32Array(subject.positions.length);
        this.positions = Float32Array.from(subject.positions);
        this.normals = Float32Array.from(subject.normals);
        this._folds = (options.folds ?? true) ? new ClothFolds(subject) : null;
    }

    /**
     * Poses the subject.
     *
     * @param rotations [J,4] local rotations xyzw, the root's first
     * @param translation [3] metres that the root is away from its place at rest
     * @param expressions [E] weights of the expression channels; those that are missing count as 0
     */
    public deform(rotations: ArrayLike<number>, translation: ArrayLike<number>, expressions: ArrayLike<number>): void {
        const { triangles, smoothGroups } = this._subject;
        this.joints.update(rotations, translation);
        this._express(expressions);
        this._folds?.apply(this.joints, this._shape);
        SkinPoints(this._subject, this.joints.matrices, this._shape, this.positions);
        ComputeNormals(this.positions, triangles, smoothGroups, this.normals);
    }

    private _express(weights: ArrayLike<number>): void {
        const { positions, expressions } = this._subject;
        const shape = this._shape;
        shape.set(positions);
        for (let e = 0; e < expressions.length; e++) {
            const weight = weights[e] ?? 0;
            const { indices, deltas } = expressions[e]!;
            for (let i = 0; weight !== 0 && i < indices.length; i++) {
                const at = indices[i]! * 3;
                shape[at]! += weight * deltas[i * 3]!;
                shape[at + 1]! += weight * deltas[i * 3 + 1]!;
                shape[at + 2]! += weight * deltas[i * 3 + 2]!;
            }
        }
    }
}
