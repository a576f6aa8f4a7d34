import {
    AddVector3,
    CrossVector3,
    DotVector3,
    LengthVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type IMeshTopology } from "./meshTopology.js";
import { PointGrid } from "./pointGrid.js";

/** A splat is cut where it has this many standard deviations: at about half of its opacity. */
const EdgeSigmas = 1.1;
/** Share of its half width by which a splat may stick out over a crease: the two sides must close the edge together. */
const CreaseOverlap = 0.4;
/** Least half width after cutting per uncut one; thinner splats would look like hairs. */
const MinHalfWidth = 0.3;

/** A splat inside its tangent plane. */
export interface ICutShape {
    /** Centre, metres. */
    readonly center: Vector3Tuple;
    /** Unit second axis; it points at the nearest rim, if there is one. The first is axis × normal. */
    readonly axis: Vector3Tuple;
    /** Standard deviations along first and second axis, metres. */
    readonly sigmas: readonly [number, number];
}

/** Cuts splats at the open edges and creases of their piece of surface. */
export class RimCutter {
    private readonly _topology: IMeshTopology;
    private readonly _grid: PointGrid;
    private readonly _edgeOfPoint: Uint32Array;
    private readonly _reach: number;

    /** @param largest largest standard deviation of a splat that will be cut, metres */
    public constructor(topology: IMeshTopology, largest: number) {
        this._topology = topology;
        this._reach = largest * EdgeSigmas * Math.SQRT2;
        const points: number[] = [];
        const edges: number[] = [];
        for (let e = 0; e < topology.rimPieces.length; e++) {
            const [a, b] = this._ends(e);
            const steps = Math.max(1, Math.ceil(LengthVector3(SubtractVector3(b, a)) / this._reach));
            for (let s = 0; s <= steps; s++) {
                points.push(...AddVector3(a, ScaleVector3(SubtractVector3(b, a), s / steps)));
                edges.push(e);
            }
        }
        this._edgeOfPoint = Uint32Array.from(edges);
        this._grid = new PointGrid(Float32Array.from(points), 1.2 * this._reach);
    }

    /**
     * Fits a round splat into the surface. Across a rim it keeps its inner border and gets the rim as outer border: the
     * centre moves inwards, the width shrinks, and what it covered of the surface stays covered.
     *
     * @param piece piece of surface it lies on; rims of others do not cut it
     */
    public cut(point: Vector3Tuple, normal: Vector3Tuple, piece: number, sigma: number): ICutShape {
        const half = sigma * EdgeSigmas;
        const lines = this._linesNear(point, normal, piece, half);
        const nearest = lines.reduce((a, b) => (b.distance < a.distance ? b : a), lines[0]!);
        const y = nearest?.outwards ?? AnyTangent(normal);
        const x = CrossVector3(y, normal);
        // Interval of the splat along x and y: [-x, x, -y, y].
        const borders: [number, number, number, number] = [half, half, half, half];
        for (const { outwards, distance } of lines) {
            const [along, across] = [DotVector3(outwards, x), DotVector3(outwards, y)];
            const side = Math.abs(along) > Math.abs(across) ? (along < 0 ? 0 : 1) : across < 0 ? 2 : 3;
            borders[side] = Math.min(borders[side], distance);
        }
        const width = (low: number, high: number): number => Math.max(MinHalfWidth * half, (high + low) / 2);
        const shift = AddVector3(
            ScaleVector3(x, (borders[1] - borders[0]) / 2),
            ScaleVector3(y, (borders[3] - borders[2]) / 2),
        );
        return {
            center: AddVector3(point, shift),
            axis: y,
            sigmas: [width(borders[0], borders[1]) / EdgeSigmas, width(borders[2], borders[3]) / EdgeSigmas],
        };
    }

    /** Rims that cross the square of half width `half` around a point: distance of their line and where it lies. */
    private _linesNear(
        point: Vector3Tuple,
        normal: Vector3Tuple,
        piece: number,
        half: number,
    ): { distance: number; outwards: Vector3Tuple }[] {
        const lines: { distance: number; outwards: Vector3Tuple }[] = [];
        const seen = new Set<number>();
        // An edge point lies within half a step of the foot of the perpendicular: 1.2 × reach is far enough.
        this._grid.forEachNear(point[0], point[1], point[2], 1.2 * this._reach, (near) => {
            const edge = this._edgeOfPoint[near]!;
            if (this._topology.rimPieces[edge] !== piece || seen.has(edge)) {
                return;
            }
            seen.add(edge);
            const [a, b] = this._ends(edge);
            const along = SubtractVector3(b, a);
            const to = SubtractVector3(ClosestOn(a, along, point), point);
            const across = NormalizeVector3(CrossVector3(along, normal));
            const signed = DotVector3(across, to);
            const distance = Math.abs(signed) + (this._topology.rimCreases[edge] === 1 ? CreaseOverlap * half : 0);
            // A rim that runs along the normal, or far above or below the plane, belongs to another side of the piece.
            const isFar = LengthVector3(to) >= half * Math.SQRT2 || Math.abs(DotVector3(normal, to)) > half / 2;
            if (!isFar && distance < half && DotVector3(across, across) > 0) {
                lines.push({ distance, outwards: ScaleVector3(across, signed < 0 ? -1 : 1) });
            }
        });
        return lines;
    }

    private _ends(edge: number): [Vector3Tuple, Vector3Tuple] {
        const { rims } = this._topology;
        const at = edge * 6;
        return [
            [rims[at]!, rims[at + 1]!, rims[at + 2]!],
            [rims[at + 3]!, rims[at + 4]!, rims[at + 5]!],
        ];
    }
}

function ClosestOn(a: Vector3Tuple, along: Vector3Tuple, point: Vector3Tuple): Vector3Tuple {
    const length2 = DotVector3(along, along);
    const t = length2 > 0 ? DotVector3(SubtractVector3(point, a), along) / length2 : 0;
    return AddVector3(a, ScaleVector3(along, Math.min(1, Math.max(0, t))));
}

function AnyTangent(normal: Vector3Tuple): Vector3Tuple {
    const helper: Vector3Tuple = Math.abs(normal[1]) < 0.9 ? [0, 1, 0] : [0, 0, 1];
    const tangent = SubtractVector3(helper, ScaleVector3(normal, DotVector3(normal, helper)));
    return NormalizeVector3(tangent, [1, 0, 0]);
}
