import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { BorderJoints, CompleteJoints, FindJointBorders } from "./borderJoints.js";
import { CanonicalPose, JointCount, WorldRotations } from "./jointMatrices.js";
import { type IPositionMap } from "./readPositionMap.js";
import { SolvePositive } from "./symmetricMatrix.js";
import { type ITemplate, ReducedRows } from "./template.js";

/** Joints that turn in the pose maps: all but the pelvis, the face and the fingers. */
const BodyJoints = 21;

/** Most points that are taken from a pose map. */
const PointsPerMap = 2000;

/**
 * How far the borders of the weights may be off next to how exact pose maps are: 3 cm and 0.1 mm. It decides where a joint
 * lies along an axis that it turns about in all poses, which changes none of them.
 */
const PriorPrecision = (1e-4 / 3e-2) ** 2;

/** A joint whose place the poses tell less of than this many times the prior is said to be guessed. */
const LeastEvidence = 100;

/** A pose map of the training with its pose. */
export interface IPosedMap {
    /** [55,3] rotation vectors as the networks see them, radians. */
    readonly pose: Float64Array;
    /** Posed points, front and back side by side. */
    readonly map: IPositionMap;
}

/** Joints that were found, and how well they explain the pose maps. */
export interface IEstimatedJoints {
    /** [55,3] joints at rest, metres. */
    readonly joints: Float64Array;
    /** Root mean square distance of posed points from the pose maps, metres. */
    readonly error: number;
    /** Joints of the body that never turn in the poses: guessed from the weights. */
    readonly guessed: readonly string[];
}

/**
 * Finds the joints of a body without its body model. Where a posed point lies is linear in the joints when the pose is known, so
 * they follow from pose maps by least squares.
 *
 * @param template the body
 * @param weights [N,55] skinning weights
 * @param maps some pose maps with as different poses as there are
 * @returns the joints; pelvis, face and fingers, which do not turn in pose maps, by weights and proportions
 */
export function EstimateJoints(
    template: ITemplate,
    weights: Float32Array,
    maps: readonly IPosedMap[],
): IEstimatedJoints {
    const borders = FindJointBorders(template, weights);
    const system = new JointSystem(template, weights);
    for (const { pose, map } of maps) {
        system.addMap(pose, map);
    }
    // The canonical legs are turned about the hips, of which the poses tell more than the borders do.
    const hips = system.solve(BorderJoints(borders, null));
    const prior = BorderJoints(borders, hips);
    const joints = system.solve(prior);
    const isKnown = borders.isFound.map((isFound, joint) =>
        joint >= 1 && joint <= BodyJoints ? Number(system.isTurned(joint)) : isFound,
    );
    CompleteJoints(joints, isKnown);
    const guessed = SmplxJointNames.filter((_, joint) => joint >= 1 && joint <= BodyJoints && !system.isTurned(joint));
    return { joints, error: system.errorOf(joints), guessed };
}

/** Normal equations of the joints 1 to {@link BodyJoints}. */
class JointSystem {
    private readonly _template: ITemplate;
    private readonly _weights: Float32Array;
    private readonly _size = BodyJoints * 3;
    private readonly _matrix = new Float64Array(this._size ** 2);
    private readonly _right = new Float64Array(this._size);
    private readonly _canonical = WorldRotations(CanonicalPose);
    private _squares = 0;
    private _rows = 0;

    public constructor(template: ITemplate, weights: Float32Array) {
        this._template = template;
        this._weights = weights;
    }

    public addMap(pose: Float64Array, map: IPositionMap): void {
        const { turns, coefficients } = this._linearise(pose);
        const block = new Float64Array(3 * this._size);
        const size = map.height;
        const jaw = SmplxJointNames.indexOf("jaw");
        for (const side of ["front", "back"] as const) {
            const { rows, pixels } = ReducedRows(this._template, size, side);
            const step = Math.max(1, Math.floor((2 * rows.length) / PointsPerMap));
            for (let i = 0; i < rows.length; i += step) {
                const row = rows[i]!;
                const pixel = pixels[i]!;
                const u = (pixel % size) + (side === "front" ? 0 : size);
                const at = (Math.floor(pixel / size) * 2 * size + u) * 3;
                const isEmpty = map.values[at] === 0 && map.values[at + 1] === 0 && map.values[at + 2] === 0;
                // Preprocessing may have kept the jaw's turn; an empty pixel tells nothing.
                if (this._weights[row * JointCount + jaw]! < 0.01 && !isEmpty) {
                    this._addPoint(row, map.values.subarray(at, at + 3), turns, coefficients, block);
                }
            }
        }
    }

    /** Whether the poses tell where a joint is. */
    public isTurned(joint: number): boolean {
        const evidence = [0, 1, 2].reduce(
            (sum, axis) => sum + this._matrix[((joint - 1) * 3 + axis) * (this._size + 1)]!,
            0,
        );
        return evidence >= LeastEvidence * PriorPrecision;
    }

    /** All joints; those that are not in the equations are the prior's. */
    public solve(prior: Float64Array): Float64Array {
        const matrix = Float64Array.from(this._matrix);
        const right = Float64Array.from(this._right);
        for (let i = 0; i < this._size; i++) {
            matrix[i * (this._size + 1)]! += PriorPrecision;
            right[i]! += PriorPrecision * prior[3 + i]!;
        }
        SolvePositive(matrix, right);
        const joints = Float64Array.from(prior);
        joints.set(right, 3);
        return joints;
    }

    /** Root mean square distance of the posed points from what was seen: ‖B J − r‖² = Jᵀ H J − 2 Jᵀ Bᵀ r + ‖r‖². */
    public errorOf(joints: Float64Array): number {
        const found = joints.subarray(3, 3 + this._size);
        let squares = this._squares;
        found.forEach((value, i) => {
            const row = this._matrix.subarray(i * this._size, (i + 1) * this._size);
            squares += value * (row.reduce((sum, entry, k) => sum + entry * found[k]!, 0) - 2 * this._right[i]!);
        });
        return Math.sqrt(Math.max(0, squares) / Math.max(1, this._rows));
    }

    /**
     * What moves a point with a joint: x' = T x + Σₖ Eₖ Jₖ over the joints k above it.
     * T = R Rcᵀ, Eₖ = (R_parent(k) − Rₖ) − T (Rc_parent(k) − Rcₖ), where c is the canonical pose.
     */
    private _linearise(pose: Float64Array): { turns: Float64Array; coefficients: Float64Array[] } {
        const posed = WorldRotations(pose);
        const turns = new Float64Array(JointCount * 9);
        const coefficients: Float64Array[] = [];
        for (let joint = 0; joint < JointCount; joint++) {
            for (let at = 0; at < 9; at++) {
                const [row, column] = [Math.floor(at / 3), at % 3];
                for (let k = 0; k < 3; k++) {
                    turns[joint * 9 + at]! +=
                        posed[joint * 9 + row * 3 + k]! * this._canonical[joint * 9 + column * 3 + k]!;
                }
            }
            const terms = new Float64Array(this._size * 3);
            for (let k = joint; k > 0; k = SmplxJointParents[k]!) {
                if (k <= BodyJoints) {
                    this._addTerm(posed, turns.subarray(joint * 9, joint * 9 + 9), k, terms);
                }
            }
            coefficients.push(terms);
        }
        return { turns, coefficients };
    }

    private _addTerm(posed: Float64Array, turn: Float64Array, k: number, terms: Float64Array): void {
        const parent = SmplxJointParents[k]!;
        const bend = (worlds: Float64Array, at: number): number => worlds[parent * 9 + at]! - worlds[k * 9 + at]!;
        for (let row = 0; row < 3; row++) {
            for (let column = 0; column < 3; column++) {
                let value = bend(posed, row * 3 + column);
                for (let m = 0; m < 3; m++) {
                    value -= turn[row * 3 + m]! * bend(this._canonical, m * 3 + column);
                }
                terms[row * this._size + (k - 1) * 3 + column] = value;
            }
        }
    }

    private _addPoint(
        row: number,
        seen: Float32Array,
        turns: Float64Array,
        coefficients: readonly Float64Array[],
        block: Float64Array,
    ): void {
        const { _size: size, _matrix: matrix, _right: right } = this;
        const rest: [number, number, number] = [seen[0]!, seen[1]!, seen[2]!];
        block.fill(0);
        for (let joint = 0; joint < JointCount; joint++) {
            const weight = this._weights[row * JointCount + joint]!;
            if (weight > 0) {
                const terms = coefficients[joint]!;
                for (let at = 0; at < block.length; at++) {
                    block[at]! += weight * terms[at]!;
                }
                for (let at = 0; at < 9; at++) {
                    rest[Math.floor(at / 3)]! -=
                        weight * turns[joint * 9 + at]! * this._template.positions[row * 3 + (at % 3)]!;
                }
            }
        }
        for (let axis = 0; axis < 3; axis++) {
            this._squares += rest[axis]! ** 2;
            const from = axis * size;
            for (let i = 0; i < size; i++) {
                const value = block[from + i]!;
                if (value !== 0) {
                    right[i]! += value * rest[axis]!;
                    for (let k = 0; k < size; k++) {
                        matrix[i * size + k]! += value * block[from + k]!;
                    }
                }
            }
        }
        this._rows++;
    }
}
