/** Texels around the picture that stay empty, so that filters may read beyond what is drawn. */
const Border = 2;

/** What no triangle covers: lower than anything. */
const Nothing = -1e30;

/** What a depth map is drawn from; see {@link DepthMap.draw}. */
export interface IDepthView {
    /** [3] unit vector to the right. */
    readonly right: readonly [number, number, number];
    /** [3] unit vector upwards. */
    readonly up: readonly [number, number, number];
    /** [3] unit vector towards the light. */
    readonly towards: readonly [number, number, number];
}

/**
 * What of a mesh is nearest to a light that is infinitely far away: an orthographic depth map, drawn by a small rasteriser.
 * Allocates nothing a pose.
 */
export class DepthMap {
    /** [V] horizontal places of the vertices, texels. */
    public readonly u: Float32Array;
    /** [V] vertical places of the vertices, texels. */
    public readonly v: Float32Array;
    /** [V] distances along the way to the light, metres. */
    public readonly heights: Float32Array;
    /** Larger side of a texel, metres. */
    public texel = 0;
    /** Texels a metre, horizontally and vertically. */
    public readonly scale = new Float64Array(2);
    private readonly _size: number;
    private readonly _depths: Float32Array;

    /**
     * @param size side of the map, texels
     * @param vertexCount vertices of the mesh
     */
    public constructor(size: number, vertexCount: number) {
        this._size = size;
        this._depths = new Float32Array(size * size);
        this.u = new Float32Array(vertexCount);
        this.v = new Float32Array(vertexCount);
        this.heights = new Float32Array(vertexCount);
    }

    /**
     * Draws a mesh, which fills the map.
     *
     * @param positions [V,3] vertices, metres
     * @param triangles [T,3] what casts shadows
     * @param view where the light is
     */
    public draw(positions: Float32Array, triangles: Uint32Array, view: IDepthView): void {
        this._project(positions, view);
        this._depths.fill(Nothing);
        for (let t = 0; t < triangles.length; t += 3) {
            this._fill(triangles[t]!, triangles[t + 1]!, triangles[t + 2]!);
        }
    }

    /**
     * Share of the light that arrives at a point: the four texels around it, weighted by their distance.
     *
     * @param u horizontal place, texels
     * @param v vertical place, texels
     * @param height distance along the way to the light, metres, bias included
     * @param softness metres below a texel's depth by which a point is wholly in the dark
     */
    public visibility(u: number, v: number, height: number, softness: number): number {
        const size = this._size;
        const depths = this._depths;
        const x = Math.min(Math.max(u - 0.5, 0), size - 1.001);
        const y = Math.min(Math.max(v - 0.5, 0), size - 1.001);
        const column = x | 0;
        const row = y | 0;
        const fx = x - column;
        const fy = y - row;
        const at = row * size + column;
        const k = 1 / softness;
        const a = Clamp(1 + (height - depths[at]!) * k);
        const b = Clamp(1 + (height - depths[at + 1]!) * k);
        const c = Clamp(1 + (height - depths[at + size]!) * k);
        const d = Clamp(1 + (height - depths[at + size + 1]!) * k);
        const top = a + (b - a) * fx;
        return top + (c + (d - c) * fx - top) * fy;
    }

    private _project(positions: Float32Array, { right, up, towards }: IDepthView): void {
        const { u, v, heights } = this;
        const [rx, ry, rz] = right;
        const [ux, uy, uz] = up;
        const [tx, ty, tz] = towards;
        let [left, bottom, most, top] = [Infinity, Infinity, -Infinity, -Infinity];
        for (let i = 0; i < u.length; i++) {
            const x = positions[i * 3]!;
            const y = positions[i * 3 + 1]!;
            const z = positions[i * 3 + 2]!;
            const a = rx * x + ry * y + rz * z;
            const b = ux * x + uy * y + uz * z;
            u[i] = a;
            v[i] = b;
            heights[i] = tx * x + ty * y + tz * z;
            left = a < left ? a : left;
            most = a > most ? a : most;
            bottom = b < bottom ? b : bottom;
            top = b > top ? b : top;
        }
        const inner = this._size - 2 * Border;
        const [width, height] = [Math.max(most - left, 1e-6), Math.max(top - bottom, 1e-6)];
        const [sx, sy] = [inner / width, inner / height];
        this.scale[0] = sx;
        this.scale[1] = sy;
        this.texel = Math.max(width, height) / inner;
        for (let i = 0; i < u.length; i++) {
            u[i] = (u[i]! - left) * sx + Border;
            v[i] = (v[i]! - bottom) * sy + Border;
        }
    }

    /** Keeps the highest surface at the middle of every texel that a triangle covers. */
    private _fill(a: number, b: number, c: number): void {
        const { u, v, heights } = this;
        const ax = u[a]! - 0.5;
        const ay = v[a]! - 0.5;
        const bx = u[b]! - 0.5;
        const by = v[b]! - 0.5;
        const cx = u[c]! - 0.5;
        const cy = v[c]! - 0.5;
        const x0 = Math.ceil(ax < bx ? (ax < cx ? ax : cx) : bx < cx ? bx : cx);
        const x1 = Math.floor(ax > bx ? (ax > cx ? ax : cx) : bx > cx ? bx : cx);
        if (x0 > x1) {
            return;
        }
        const y0 = Math.ceil(ay < by ? (ay < cy ? ay : cy) : by < cy ? by : cy);
        const y1 = Math.floor(ay > by ? (ay > cy ? ay : cy) : by > cy ? by : cy);
        const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
        if (y0 > y1 || area === 0) {
            return;
        }
        const inverse = 1 / area;
        const h = heights[a]!;
        const hb = heights[b]! - h;
        const hc = heights[c]! - h;
        // Barycentric coordinates of b and c, and the height, are linear in the texel.
        const wbx = (cy - ay) * inverse;
        const wby = (ax - cx) * inverse;
        const wcx = (ay - by) * inverse;
        const wcy = (bx - ax) * inverse;
        const depths = this._depths;
        for (let y = y0; y <= y1; y++) {
            let wb = (x0 - ax) * wbx + (y - ay) * wby;
            let wc = (x0 - ax) * wcx + (y - ay) * wcy;
            let at = y * this._size + x0;
            for (let x = x0; x <= x1; x++) {
                if (wb >= -1e-6 && wc >= -1e-6 && wb + wc <= 1.000001) {
                    const depth = h + wb * hb + wc * hc;
                    if (depth > depths[at]!) {
                        depths[at] = depth;
                    }
                }
                wb += wbx;
                wc += wcx;
                at++;
            }
        }
    }
}

function Clamp(value: number): number {
    return value < 0 ? 0 : value > 1 ? 1 : value;
}
