import { InvertQuaternion, RotateVector3, type QuaternionTuple } from "../../math/quaternion.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { type ICaptureSubject } from "./captureSubject.js";
import { DepthMap } from "./depthMap.js";
import { FindShadowCasters } from "./shadowCasters.js";
import { KeyColor, KeyDirection, StudioRays, type IStudioRay } from "./studioLights.js";

/** Side of the depth maps, texels: 7 mm of a standing adult. */
const MapSize = 256;

/** How far points are lifted off their surface before they are looked up, texels: what stops surfaces shading themselves. */
const NormalOffset = 1.2;
/** And towards the light, texels; more where the surface slants. */
const FlatBias = 0.4;
const SlopeBias = 0.5;
/** Largest tangent of a slant that is allowed for: beyond, a surface receives next to nothing anyway. */
const MaxSlope = 3;
/** Depth over which a shadow sets in, texels. */
const Softness = 1.5;

/** Light that what is in the way reflects, as a share of what it keeps away: half of it is lit skin or cloth. */
const Bounce = 0.16;

/** What casts shadows and what receives them. */
export type ILitSubject = Pick<ICaptureSubject, "positions" | "uvs" | "triangles" | "triangleParts" | "parts">;

/**
 * A soft studio light that is fixed to the body and turns with it, so that how a pose looks depends on the pose alone and not
 * on where the person stands: a wide, warm key light with soft shadows, and a cool sky, brighter at its top, each of whose
 * directions is kept away by what is in between (ambient occlusion). Everything is per vertex.
 *
 * Cost: one orthographic depth map a direction, 64 in all. Allocates nothing a pose.
 *
 * @example
 * ```ts
 * const light = new BodyLight(subject);
 * light.update(deformer.positions, deformer.normals, pose.rotations);
 * studio.pose({ positions, normals, light: light.light, keyDirection: light.keyDirection, keyColor: light.keyColor });
 * ```
 */
export class BodyLight {
    /**
     * [V,4] linear irradiance rgb / π, key light included: what a white surface shows; and the share of the key light that
     * arrives, 0..1, however the surface is turned.
     */
    public readonly light: Float32Array;
    /** Unit vector towards the key light, world space, for highlights. */
    public keyDirection: Vector3Tuple = KeyDirection;
    /** Linear colour of the key light. */
    public readonly keyColor: Vector3Tuple = KeyColor;
    private readonly _rays: readonly IStudioRay[] = StudioRays();
    private readonly _casters: Uint32Array;
    private readonly _map: DepthMap;
    private readonly _positions: Float32Array;
    private readonly _normals: Float32Array;

    /** @param subject who is lit; what shows nothing where it is transparent casts no shadow */
    public constructor(subject: ILitSubject) {
        const count = subject.positions.length / 3;
        this._casters = FindShadowCasters(subject);
        this._map = new DepthMap(MapSize, count);
        this._positions = new Float32Array(count * 3);
        this._normals = new Float32Array(count * 3);
        this.light = new Float32Array(count * 4);
    }

    /**
     * Lights the subject in a pose.
     *
     * @param positions [V,3] posed vertices, metres
     * @param normals [V,3] their unit normals
     * @param rootRotation rotation of the body xyzw, its first four numbers: the light turns with it
     */
    public update(positions: Float32Array, normals: Float32Array, rootRotation: ArrayLike<number>): void {
        const root: QuaternionTuple = [rootRotation[0]!, rootRotation[1]!, rootRotation[2]!, rootRotation[3]!];
        this.keyDirection = RotateVector3(root, KeyDirection);
        const back = InvertQuaternion(root);
        RotateAll(back, positions, this._positions);
        RotateAll(back, normals, this._normals);
        this.light.fill(0);
        for (const ray of this._rays) {
            this._map.draw(this._positions, this._casters, ray);
            this._receive(ray);
        }
    }

    private _receive({ right, up, towards, color, keyShare }: IStudioRay): void {
        const { light, _map: map, _normals: normals } = this;
        const { u, v, heights, texel, scale } = map;
        const [tx, ty, tz] = towards;
        const offset = texel * NormalOffset;
        const across = offset * scale[0]!;
        const upwards = offset * scale[1]!;
        const [r, g, b] = color;
        for (let i = 0; i < u.length; i++) {
            const nx = normals[i * 3]!;
            const ny = normals[i * 3 + 1]!;
            const nz = normals[i * 3 + 2]!;
            const cosine = nx * tx + ny * ty + nz * tz;
            if (cosine <= 0 && keyShare === 0) {
                continue;
            }
            const facing = cosine > 0 ? cosine : 0;
            const slope = Math.min(MaxSlope, Math.sqrt(1 - Math.min(1, facing * facing)) / Math.max(facing, 1e-3));
            const visible = map.visibility(
                u[i]! + across * (nx * right[0] + ny * right[1] + nz * right[2]),
                v[i]! + upwards * (nx * up[0] + ny * up[1] + nz * up[2]),
                heights[i]! + offset * cosine + texel * (FlatBias + SlopeBias * slope),
                texel * Softness,
            );
            const received = facing * (Bounce + (1 - Bounce) * visible);
            light[i * 4]! += received * r;
            light[i * 4 + 1]! += received * g;
            light[i * 4 + 2]! += received * b;
            light[i * 4 + 3]! += visible * keyShare;
        }
    }
}

function RotateAll([x, y, z, w]: QuaternionTuple, vectors: Float32Array, result: Float32Array): void {
    for (let i = 0; i < vectors.length; i += 3) {
        const vx = vectors[i]!;
        const vy = vectors[i + 1]!;
        const vz = vectors[i + 2]!;
        const tx = 2 * (y * vz - z * vy);
        const ty = 2 * (z * vx - x * vz);
        const tz = 2 * (x * vy - y * vx);
        result[i] = vx + w * tx + y * tz - z * ty;
        result[i + 1] = vy + w * ty + z * tx - x * tz;
        result[i + 2] = vz + w * tz + x * ty - y * tx;
    }
}
