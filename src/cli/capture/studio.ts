import { VertexBuffer, Buffer as GpuVertices } from "@babylonjs/core/Buffers/buffer.js";
import { Constants } from "@babylonjs/core/Engines/constants.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { ShaderLanguage } from "@babylonjs/core/Materials/shaderLanguage.js";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector2, Vector3, Vector4 } from "@babylonjs/core/Maths/math.vector.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import fragmentSource from "../../../shaders/capture/subject.fragment.wgsl";
import vertexSource from "../../../shaders/capture/subject.vertex.wgsl";
import { type ICaptureBounds } from "../../convert/capture/cameraPlacement.js";
import { type ICaptureSubject, type ISubjectPart } from "../../convert/capture/captureSubject.js";
import { type SubjectPartKind } from "../../convert/capture/partKind.js";
import { type IPinhole } from "../../math/pinhole.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { CreateHeadlessEngineAsync, RenderPixelsAsync } from "../headless/headlessEngine.js";
import { PinholeCamera } from "../render/pinholeCamera.js";
import { AlbedoOf } from "../../convert/capture/albedo.js";
import { ShrinkPicture, type ICapturedPicture } from "./capturedPicture.js";

/** The subject in one pose. */
export interface IStudioPose {
    /** [V,3] metres. */
    readonly positions: Float32Array;
    /** [V,3] unit normals. */
    readonly normals: Float32Array;
    /** [V,4] linear irradiance rgb and the share of the key light that arrives. */
    readonly light: Float32Array;
    /** Unit vector towards the key light. */
    readonly keyDirection: Vector3Tuple;
    /** Linear colour of the key light. */
    readonly keyColor: Vector3Tuple;
}

/** Head-on reflectance and exponent of the highlight: skin 2.8 %, the cornea and what is wet 3 %, cloth hardly any. */
const Finishes: Readonly<Record<SubjectPartKind, readonly [number, number]>> = {
    body: [0.028, 18],
    clothing: [0.012, 6],
    hair: [0.03, 24],
    eyes: [0.03, 500],
    mouth: [0.03, 60],
    lashes: [0.01, 6],
    shoes: [0.03, 20],
};

/** Name of the vertex attribute that holds the light. */
const LightKind = "light";

/**
 * Samples a pixel along each side. Nine full samples make finer edges of hair than the hardware's four coverage samples at
 * each of four, and cost software drivers less.
 */
const Supersampling = 3;

/** Alpha from which a surface hides what is behind it; hair is wisps that hide before they are opaque. */
const SolidAlpha: Readonly<Record<"mask" | "blend", number>> = { mask: 0.6, blend: 0.95 };

/** Alpha below which a texel of a part that does not reflect is not there. */
const ClearAlpha = 0.02;

/** Samples along the longer side of a pixel's footprint in a texture. */
const Anisotropy = 8;

/**
 * The photographer's studio: the subject, lit, before a black curtain, in Node. The world is SMPL space.
 *
 * Surfaces with alpha (hair, brows, lashes, the cornea) are drawn twice: where they are solid with the opaque ones, so that
 * they hide what is behind them; elsewhere over everything, so that their edges are soft.
 *
 * @example
 * ```ts
 * const studio = await CaptureStudio.CreateAsync(subject, { size: 512 });
 * studio.pose(pose);
 * const { rgb, mask } = await studio.shootAsync(pinhole);
 * studio.dispose();
 * ```
 */
export class CaptureStudio {
    private readonly _engine: WebGPUEngine;
    private readonly _scene: Scene;
    private readonly _materials: readonly ShaderMaterial[];
    private readonly _vertices: readonly GpuVertices[];
    private readonly _size: number;

    private constructor(
        engine: WebGPUEngine,
        subject: ICaptureSubject,
        size: number,
        { center, radius }: ICaptureBounds,
    ) {
        this._engine = engine;
        this._size = size;
        this._scene = new Scene(engine);
        this._scene.useRightHandedSystem = true;
        this._scene.clearColor = new Color4(0, 0, 0, 0);
        this._scene.skipPointerMovePicking = true;
        const count = subject.uvs.length / 2;
        const buffer = (floats: number, data?: Float32Array): GpuVertices =>
            new GpuVertices(engine, data ?? new Float32Array(count * floats), true, floats);
        this._vertices = [buffer(3), buffer(3), buffer(4)];
        const [positions, normals, light] = this._vertices;
        const kinds: readonly (readonly [string, GpuVertices, number])[] = [
            [VertexBuffer.PositionKind, positions!, 3],
            [VertexBuffer.NormalKind, normals!, 3],
            [LightKind, light!, 4],
            [VertexBuffer.UVKind, buffer(2, subject.uvs), 2],
        ];
        this._materials = subject.parts.flatMap((part, index) => {
            const { firstTriangle, triangleCount } = part;
            const triangles = subject.triangles.subarray(firstTriangle * 3, (firstTriangle + triangleCount) * 3);
            return MaterialsOf(part, CreateAlbedo(part, subject, this._scene), this._scene).map((material) => {
                const mesh = new Mesh(part.name, this._scene);
                for (const [kind, vertices, floats] of kinds) {
                    mesh.setVerticesBuffer(vertices.createVertexBuffer(kind, 0, floats), false, count);
                }
                mesh.setIndices(triangles, count);
                mesh.alwaysSelectAsActiveMesh = true;
                mesh.alphaIndex = index;
                mesh.material = material;
                material.setVector4("bounds", new Vector4(...center, radius));
                return material;
            });
        });
    }

    /**
     * Sets the studio up.
     *
     * @param subject what is captured
     * @param options side of the square pictures; `bounds`: nothing outside of them is there; `software` takes the software adapter
     *   even where there is a GPU
     * @returns the studio; the caller disposes it
     * @throws HeadlessError when there is no WebGPU in this process
     */
    public static async CreateAsync(
        subject: ICaptureSubject,
        options: { readonly size: number; readonly bounds?: ICaptureBounds | null; readonly software?: boolean },
    ): Promise<CaptureStudio> {
        const side = options.size * Supersampling;
        const engine = await CreateHeadlessEngineAsync({
            width: side,
            height: side,
            software: options.software ?? false,
        });
        try {
            const studio = new CaptureStudio(engine, subject, options.size, options.bounds ?? Unbounded);
            // The first frame only starts the shaders' compilation.
            studio._look(EmptyView);
            await RenderPixelsAsync(engine, studio._render);
            await studio._scene.whenReadyAsync();
            return studio;
        } catch (error) {
            engine.dispose();
            throw error;
        }
    }

    /**
     * Poses the subject for the pictures that follow.
     *
     * @param pose places, normals and light of the vertices
     */
    public pose({ positions, normals, light, keyDirection, keyColor }: IStudioPose): void {
        [positions, normals, light].forEach((data, i) => {
            this._vertices[i]!.update(data);
        });
        for (const material of this._materials) {
            material.setVector3("keyDirection", Vector3.FromArray(keyDirection));
            material.setVector3("keyColor", Vector3.FromArray(keyColor));
        }
    }

    /**
     * Takes a picture. It is recorded at once: the subject may be posed and shot anew before this one has arrived, so that
     * the adapter draws the one while the other is read back.
     *
     * @param pinhole the camera; its pictures are square and have the size of the studio
     * @returns the picture
     */
    public async shootAsync(pinhole: IPinhole): Promise<ICapturedPicture> {
        this._look(pinhole);
        return ShrinkPicture(await RenderPixelsAsync(this._engine, this._render), this._size, Supersampling);
    }

    /** Clears the studio. */
    public dispose(): void {
        this._scene.dispose();
        this._engine.dispose();
    }

    private readonly _render = (): void => {
        this._scene.render();
    };

    private _look(pinhole: IPinhole): void {
        this._scene.activeCamera?.dispose();
        this._scene.activeCamera = new PinholeCamera("camera", pinhole, this._scene);
        const lens = LensOf(pinhole);
        for (const material of this._materials) {
            material.setVector3("eye", lens);
        }
    }
}

/** Farther away than any subject reaches, metres. */
const Unbounded: ICaptureBounds = { center: [0, 0, 0], radius: 1e6 };

/** A camera that looks at nothing. */
const EmptyView: IPinhole = {
    width: 1,
    height: 1,
    K: [1, 0, 0.5, 0, 1, 0.5, 0, 0, 1],
    R: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    t: [0, 0, -1000],
};

/** Where the lens is: −Rᵀt. */
function LensOf({ R: r, t }: IPinhole): Vector3 {
    const along = (axis: number): number => -(r[axis]! * t[0]! + r[3 + axis]! * t[1]! + r[6 + axis]! * t[2]!);
    return new Vector3(along(0), along(1), along(2));
}

function CreateAlbedo(part: ISubjectPart, subject: ICaptureSubject, scene: Scene): RawTexture {
    const { width, height, rgba } = AlbedoOf(part);
    const texture = RawTexture.CreateRGBATexture(
        rgba,
        width,
        height,
        scene,
        true,
        false,
        Constants.TEXTURE_TRILINEAR_SAMPLINGMODE,
        Constants.TEXTURETYPE_UNSIGNED_BYTE,
        0,
        true,
    );
    texture.anisotropicFilteringLevel = HasPointUvs(part, subject) ? 1 : Anisotropy;
    return texture;
}

/**
 * Whether triangles of a part show a single point of its texture, as parts in plain colours do. Their footprint in it has no
 * size, of which software drivers make NaN when it is filtered along its longer side.
 */
function HasPointUvs({ firstTriangle, triangleCount }: ISubjectPart, { triangles, uvs }: ICaptureSubject): boolean {
    for (let at = firstTriangle * 3; at < (firstTriangle + triangleCount) * 3; at += 3) {
        const [a, b, c] = [triangles[at]! * 2, triangles[at + 1]! * 2, triangles[at + 2]! * 2];
        const isSame = (one: number, other: number): boolean =>
            uvs[one] === uvs[other] && uvs[one + 1] === uvs[other + 1];
        if (isSame(a, b) && isSame(a, c)) {
            return true;
        }
    }
    return false;
}

/** One pass, or two for parts with alpha: what is solid, and what is not. */
function MaterialsOf(part: ISubjectPart, texture: RawTexture, scene: Scene): ShaderMaterial[] {
    if (part.alpha === "opaque") {
        return [CreateMaterial(part, texture, scene, { range: [-1, 2], isSolid: true })];
    }
    const solid = SolidAlpha[part.alpha];
    return [
        CreateMaterial(part, texture, scene, { range: [solid, 2], isSolid: true }),
        // A clear cornea reflects all the same.
        CreateMaterial(part, texture, scene, {
            range: [part.kind === "eyes" ? -1 : ClearAlpha, solid],
            isSolid: false,
        }),
    ];
}

function CreateMaterial(
    part: ISubjectPart,
    texture: RawTexture,
    scene: Scene,
    { range, isSolid }: { readonly range: readonly [number, number]; readonly isSolid: boolean },
): ShaderMaterial {
    const material = new ShaderMaterial(
        part.name,
        scene,
        { vertexSource, fragmentSource },
        {
            shaderLanguage: ShaderLanguage.WGSL,
            attributes: [VertexBuffer.PositionKind, VertexBuffer.NormalKind, VertexBuffer.UVKind, LightKind],
            uniforms: [
                "viewProjection",
                "eye",
                "bounds",
                "keyDirection",
                "keyColor",
                "gloss",
                "alphaRange",
                "solidity",
            ],
            samplers: ["albedo"],
            needAlphaBlending: !isSolid,
        },
    );
    material.setTexture("albedo", texture);
    material.setVector2("gloss", Vector2.FromArray(Finishes[part.kind]));
    material.setVector2("alphaRange", Vector2.FromArray(range));
    material.setVector2("solidity", new Vector2(Number(isSolid), Number(part.kind === "eyes")));
    material.backFaceCulling = false;
    if (!isSolid) {
        material.alphaMode = Constants.ALPHA_PREMULTIPLIED_PORTERDUFF;
        material.disableDepthWrite = true;
    }
    return material;
}
