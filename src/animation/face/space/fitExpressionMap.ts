import { FaceError } from "../faceError.js";
import {
    ArkitCount,
    ArkitIndices,
    ArkitMirror,
    type ArkitName,
    ArkitNames,
    ArkitParts,
    type FacePart,
} from "../vocabulary/arkit.js";
import { SolveBounded } from "./boundedLeastSquares.js";
import { type IExpressionSpace, type IFaceJoint } from "./expressionSpace.js";

/** Components stay within so many standard deviations: beyond, statistical faces fall apart. */
const MostDeviations = 3;
/** Pull towards the neutral face, as a share of what the mean component moves. */
const Damping = 1e-4;
/** The same for mirror images, which shall be met. */
const MirrorDamping = 1e-9;
/** Most numbers of a basis: 300 components of 20,000 vertices. */
const MaxNumbers = 2 ** 25;

/** One component of a face that is fitted to: what it moves at weight 1. */
export interface IBasisComponent {
    /** Name of the channel. */
    readonly name: string;
    /** [V,3] offsets at weight 1, metres. */
    readonly deltas: Float32Array;
    /** Standard deviation of its weight: codes stay within three (default: 1). */
    readonly deviation?: number;
}

/** A joint of the face that is fitted to, which turns by itself. */
export interface IFittedJoint extends IFaceJoint {
    /** [3] what it turns about, metres. */
    readonly pivot: ArrayLike<number>;
    /** [V] how far each vertex hangs on it, 0..1. */
    readonly weights: ArrayLike<number>;
}

/** Two descriptions of one face, vertex by vertex, in avatar space: right-handed, y up, facing +z. */
export interface IFitExpressionMapOptions {
    /** What the 52 shapes move at weight 1, [V,3] metres each; those that are left out stay without effect. */
    readonly shapes: Readonly<Partial<Record<ArkitName, Float32Array>>>;
    /** What the components of the other face move. */
    readonly basis: readonly IBasisComponent[];
    /** [V] how much each vertex counts: lips and lids more than the neck (default: 1). */
    readonly weights?: ArrayLike<number>;
    /** [V] the vertex on the other side of the face; with it, mirrored faces get mirrored codes. */
    readonly mirror?: ArrayLike<number>;
    /** Joints that move with the shapes; what they do is not asked of the components. */
    readonly joints?: readonly IFittedJoint[];
    /** [V,3] vertices at rest, metres; needed for joints. */
    readonly positions?: ArrayLike<number>;
}

/** How well shapes are met: 1 all of their movement, 0 none. */
export interface IExpressionFit {
    /** The space that was found; its channels rest at 0. */
    readonly space: IExpressionSpace;
    /** Share of the movement of each shape that the components make (weighted squares). */
    readonly energy: Readonly<Partial<Record<ArkitName, number>>>;
    /** The same for all shapes of a part of the face. */
    readonly partEnergy: Readonly<Partial<Record<FacePart, number>>>;
}

/**
 * Finds how the 52 shapes are expressed by other components (FLAME's, BFM's, an avatar's own), from what both move: for each
 * shape the weights that move the face most alike, within bounds, small, and mirrored where the shape is.
 *
 * @param options the two faces
 * @returns an expression space for {@link ExpressionMapper}, and how well it fits
 * @throws FaceError `expression-space-invalid` when sizes do not fit each other, or a number is none
 *
 * @example
 * ```ts
 * const { space, partEnergy } = FitExpressionMap({ shapes: arkitDeltas, basis: flameComponents, mirror });
 * console.log(partEnergy.lips); // 0.93
 * ```
 */
export function FitExpressionMap(options: IFitExpressionMapOptions): IExpressionFit {
    const vertices = CheckOptions(options);
    const { basis, joints = [], mirror } = options;
    const system = new BasisSystem(basis, options.weights, vertices);
    const targets = ArkitNames.map((name) => TargetOf(name, options, vertices));
    const codes = targets.map((target) => target && system.solve(target));
    if (mirror) {
        MirrorCodes(codes, system, mirror);
    }
    const count = basis.length;
    const fromArkit = new Float32Array(ArkitCount * count);
    codes.forEach((code, shape) => {
        code?.forEach((weight, d) => (fromArkit[shape * count + d] = weight));
    });
    const bounds = basis.map(({ deviation = 1 }) => MostDeviations * deviation);
    const space: IExpressionSpace = {
        channels: basis.map(({ name }) => name),
        rest: new Float32Array(count),
        least: Float32Array.from(bounds, (bound) => -bound),
        greatest: Float32Array.from(bounds),
        fromArkit,
        joints: joints.map(({ joint, turns }) => ({ joint, turns })),
    };
    return { space, ...MeasureFit(targets, codes, system) };
}

/** The components of a face, and what it takes to fit them. */
class BasisSystem {
    private readonly _basis: readonly IBasisComponent[];
    private readonly _weights: Float64Array;
    /** [D,D] products of the components; with damping; with next to none. */
    private readonly _products: Float64Array;
    private readonly _damped: Float64Array;
    private readonly _sharp: Float64Array;
    private readonly _bounds: Float64Array;

    public constructor(basis: readonly IBasisComponent[], weights: ArrayLike<number> | undefined, vertices: number) {
        this._basis = basis;
        this._weights = Float64Array.from({ length: vertices }, (_, v) => (weights ? weights[v]! : 1));
        this._bounds = Float64Array.from(basis, ({ deviation = 1 }) => MostDeviations * deviation);
        const count = basis.length;
        this._products = new Float64Array(count * count);
        for (let i = 0; i < count; i++) {
            for (let j = 0; j <= i; j++) {
                const value = this.dot(basis[i]!.deltas, basis[j]!.deltas);
                this._products[i * count + j] = value;
                this._products[j * count + i] = value;
            }
        }
        this._damped = this._damp(Damping);
        this._sharp = this._damp(MirrorDamping);
    }

    /** Product of two fields of offsets, by the weights of the vertices. */
    public dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
        let sum = 0;
        for (let v = 0; v < this._weights.length; v++) {
            const i = 3 * v;
            sum += this._weights[v]! * (a[i]! * b[i]! + a[i + 1]! * b[i + 1]! + a[i + 2]! * b[i + 2]!);
        }
        return sum;
    }

    /** The weights within bounds that move the face most like a target. */
    public solve(target: Float64Array): Float64Array {
        return this._solve(this._damped, target);
    }

    /** The same without a pull towards rest. */
    public project(target: Float64Array): Float64Array {
        return this._solve(this._sharp, target);
    }

    /** What a code moves, [V,3]. */
    public move(code: ArrayLike<number>): Float64Array {
        const field = new Float64Array(this._weights.length * 3);
        this._basis.forEach(({ deltas }, d) => {
            for (let i = 0; code[d] !== 0 && i < field.length; i++) {
                field[i]! += code[d]! * deltas[i]!;
            }
        });
        return field;
    }

    private _solve(matrix: Float64Array, target: Float64Array): Float64Array {
        const code = new Float64Array(this._basis.length);
        const right = this._basis.map(({ deltas }) => this.dot(deltas, target));
        const least = this._bounds.map((bound) => -bound);
        SolveBounded(matrix, right, least, this._bounds, code);
        return code;
    }

    /** Pulls towards rest in units of deviations, so that likely components do the work. */
    private _damp(share: number): Float64Array {
        const damped = this._products.slice();
        const diagonal = (d: number): number => d * (this._basis.length + 1);
        const moves = this._basis.map(({ deviation = 1 }, d) => this._products[diagonal(d)]! * deviation * deviation);
        const mean = moves.reduce((sum, move) => sum + move, 0) / this._basis.length;
        this._basis.forEach(({ deviation = 1 }, d) => {
            damped[diagonal(d)]! += (share * mean) / (deviation * deviation);
        });
        return damped;
    }
}

/** A shape's movement without what joints make of it; null where the shape is not known. */
function TargetOf(
    name: ArkitName,
    { shapes, joints = [], positions }: IFitExpressionMapOptions,
    vertices: number,
): Float64Array | null {
    const deltas = shapes[name];
    if (!deltas) {
        return null;
    }
    const target = Float64Array.from(deltas);
    for (const { turns, pivot, weights } of joints) {
        const at = ArkitIndices[name] * 3;
        const [x, y, z] = [turns[at]!, turns[at + 1]!, turns[at + 2]!];
        for (let v = 0; v < vertices; v++) {
            const dx = positions![3 * v]! - pivot[0]!;
            const dy = positions![3 * v + 1]! - pivot[1]!;
            const dz = positions![3 * v + 2]! - pivot[2]!;
            target[3 * v]! -= weights[v]! * (y * dz - z * dy);
            target[3 * v + 1]! -= weights[v]! * (z * dx - x * dz);
            target[3 * v + 2]! -= weights[v]! * (x * dy - y * dx);
        }
    }
    return target;
}

/** Makes the code of a mirrored shape the mirrored code: the mean of both ways to it, as far as the components can be mirrored. */
function MirrorCodes(codes: (Float64Array | null)[], system: BasisSystem, mirror: ArrayLike<number>): void {
    const mirrored = codes.map((code) => code && system.project(MirrorField(system.move(code), mirror)));
    codes.forEach((code, shape) => {
        const other = mirrored[ArkitMirror[shape]!];
        if (code && other) {
            code.forEach((weight, d) => (code[d] = (weight + other[d]!) / 2));
        }
    });
}

function MirrorField(field: Float64Array, mirror: ArrayLike<number>): Float64Array {
    return field.map((_, i) => {
        const from = field[3 * mirror[Math.floor(i / 3)]! + (i % 3)]!;
        return i % 3 === 0 ? -from : from;
    });
}

function MeasureFit(
    targets: readonly (Float64Array | null)[],
    codes: readonly (Float64Array | null)[],
    system: BasisSystem,
): Pick<IExpressionFit, "energy" | "partEnergy"> {
    const energy: Partial<Record<ArkitName, number>> = {};
    const parts = new Map<FacePart, { missed: number; whole: number }>();
    targets.forEach((target, shape) => {
        const code = codes[shape];
        const whole = target ? system.dot(target, target) : 0;
        if (!target || !code || whole === 0) {
            return;
        }
        const rest = system.move(code).map((value, i) => value - target[i]!);
        const missed = system.dot(rest, rest);
        energy[ArkitNames[shape]!] = 1 - missed / whole;
        const part = parts.get(ArkitParts[shape]!) ?? { missed: 0, whole: 0 };
        parts.set(ArkitParts[shape]!, { missed: part.missed + missed, whole: part.whole + whole });
    });
    const partEnergy = [...parts].map(([part, { missed, whole }]) => [part, 1 - missed / whole] as const);
    return { energy, partEnergy: Object.fromEntries(partEnergy) };
}

/** Refuses what does not fit together. Returns the number of vertices. */
function CheckOptions(options: IFitExpressionMapOptions): number {
    const { basis, shapes, weights, mirror, joints = [], positions } = options;
    const [first] = basis;
    if (!first || first.deltas.length === 0 || first.deltas.length % 3 !== 0) {
        throw Invalid("the basis has no component that moves vertices");
    }
    const size = first.deltas.length;
    if (size * basis.length > MaxNumbers) {
        throw Invalid(`${basis.length} components of ${size / 3} vertices are more than can be fitted`);
    }
    const vertices = size / 3;
    const fields: (readonly [name: string, values: ArrayLike<number> | undefined, length: number])[] = [
        ...basis.map(({ name, deltas }) => [`component "${name}"`, deltas, size] as const),
        ...Object.entries(shapes).map(([name, deltas]) => [`shape "${name}"`, deltas, size] as const),
        ["weights", weights, vertices],
        ["mirror", mirror, vertices],
        ["positions", joints.length > 0 ? (positions ?? []) : positions, size],
        ...joints.map(({ joint, weights: hang }) => [`weights of ${joint}`, hang, vertices] as const),
        ...joints.map(({ joint, pivot }) => [`pivot of ${joint}`, pivot, 3] as const),
        ...joints.map(({ joint, turns }) => [`turns of ${joint}`, turns, ArkitCount * 3] as const),
        ["deviations", basis.map(({ deviation = 1 }) => deviation), basis.length],
    ];
    for (const [name, values, length] of fields) {
        if (values && values.length !== length) {
            throw Invalid(`${name} has ${values.length} numbers, not ${length}`);
        }
        for (let i = 0; values && i < length; i++) {
            if (!Number.isFinite(values[i])) {
                throw Invalid(`number ${i} of ${name} is ${String(values[i])}`);
            }
        }
    }
    const wrong = Array.from({ length: mirror ? vertices : 0 }, (_, v) => mirror![v]!).find(
        (other) => !(Number.isInteger(other) && other >= 0 && other < vertices),
    );
    if (wrong !== undefined) {
        throw Invalid(`mirror names vertex ${wrong} of ${vertices}`);
    }
    const negative = Array.from({ length: weights ? vertices : 0 }, (_, v) => weights![v]!).find(
        (weight) => weight < 0,
    );
    if (negative !== undefined) {
        throw Invalid(`a vertex has the weight ${negative}, which must be 0 or more`);
    }
    const flat = basis.find(({ deviation = 1 }) => !(deviation > 0));
    if (flat) {
        throw Invalid(`component "${flat.name}" has the deviation ${flat.deviation!}, which must be above 0`);
    }
    if (Object.keys(shapes).length === 0) {
        throw Invalid("there are no shapes to fit");
    }
    return vertices;
}

function Invalid(reason: string): FaceError {
    return new FaceError("expression-space-invalid", `The expression map cannot be fitted: ${reason}.`);
}
