import { BoundingInfo } from "@babylonjs/core/Culling/boundingInfo.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial.js";
import { type AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.pure.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { type SubMesh } from "@babylonjs/core/Meshes/subMesh.pure.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { SplatsPerInstance } from "../pipeline/constants.js";
import { type PictureArray } from "../pipeline/7-composite/pictureArray.js";
import { PictureTexture } from "./heads/pictureTexture.js";
import { type PassViews } from "./passViews.js";
import { type AvatarColorSpace, CreateSplatMaterial, PictureArrayName, SplatMeshName } from "./splatMaterial.js";

/**
 * The one mesh that draws every avatar of a scene, inside Babylon's own passes: instanced batches of quads that read the
 * sorted splats of the pass being rendered, blended over whatever opaque meshes left in the depth buffer. It has no
 * geometry in space: its bounds are those of the avatars, so that other transparent meshes sort sensibly against it.
 */
export class SplatMesh extends Mesh {
    private readonly _views: PassViews;
    private _colorSpace: AvatarColorSpace = "display";
    private _plain: ShaderMaterial;
    private _pictured: ShaderMaterial | null = null;
    private _texture: PictureTexture | null = null;

    /**
     * @param scene the scene to draw in
     * @param views what each pass sees; owned
     */
    public constructor(scene: Scene, views: PassViews) {
        super(SplatMeshName, scene);
        this._views = views;
        this.doNotSerialize = true;
        this.isPickable = false;
        this.alwaysSelectAsActiveMesh = true;
        this.reservedDataStore = { hidden: true };
        MakeQuads(SplatsPerInstance).applyToMesh(this);
        this.setBoundingInfo(new BoundingInfo(Vector3.Zero(), Vector3.Zero()));
        this._plain = this._makeMaterial(false);
        this.material = this._plain;
    }

    /**
     * Shows refined pictures of heads, or none. What draws them is compiled before it is used.
     *
     * @param pictures where they are; null for none
     */
    public showPictures(pictures: PictureArray | null): void {
        if (!pictures) {
            this.material = this._plain;
            return;
        }
        this._pictured ??= this._makeMaterial(true);
        if (this._texture?.isOf(pictures) !== true) {
            this._texture?.dispose();
            this._texture = new PictureTexture(this.getScene(), pictures);
            this._pictured.setTexture(PictureArrayName, this._texture.texture);
        }
        // Until it is compiled, heads keep the colours that they have.
        if (this.material === this._pictured || this._pictured.isReady(this)) {
            this.material = this._pictured;
        }
    }

    /** Sets what is written. @param colorSpace display values or light */
    public showColors(colorSpace: AvatarColorSpace): void {
        if (colorSpace !== this._colorSpace) {
            this._colorSpace = colorSpace;
            const before = [this._plain, this._pictured];
            this._plain = this._makeMaterial(false);
            this._pictured = null;
            this.material = this._plain;
            this._texture?.dispose();
            this._texture = null;
            for (const material of before) {
                material?.dispose();
            }
        }
    }

    /** Upper bound of the splats drawn; the GPU's own count decides how many there are. */
    public set maximumSplats(count: number) {
        this.forcedInstanceCount = Math.max(1, Math.ceil(count / SplatsPerInstance));
    }

    /**
     * Sets the bounds of what is drawn this frame.
     *
     * @param minimum smallest corner, world space
     * @param maximum largest corner, world space
     */
    public setBounds(minimum: Vector3, maximum: Vector3): void {
        this.getBoundingInfo().reConstruct(minimum, maximum, this.getWorldMatrix());
    }

    /**
     * Draws the pass that Babylon is recording. Its splats are projected and sorted now, for exactly the camera and target
     * of the pass; that work goes to the GPU ahead of the pass, which Babylon submits at the end of the frame.
     *
     * @param subMesh the quads
     * @param enableAlphaMode as in Babylon
     * @param effectiveMeshReplacement as in Babylon
     * @returns this mesh
     */
    public override render(subMesh: SubMesh, enableAlphaMode: boolean, effectiveMeshReplacement?: AbstractMesh): Mesh {
        return this._views.prepare(this.getScene())
            ? super.render(subMesh, enableAlphaMode, effectiveMeshReplacement)
            : this;
    }

    /** Removes the mesh with its material and views. */
    public override dispose(doNotRecurse?: boolean): void {
        super.dispose(doNotRecurse);
        this._plain.dispose();
        this._pictured?.dispose();
        this._texture?.dispose();
        this._views.dispose();
    }

    private _makeMaterial(hasPictures: boolean): ShaderMaterial {
        const scene = this.getScene();
        const material = CreateSplatMaterial(scene, hasPictures, this._colorSpace);
        material.onBindObservable.add(() => {
            this._views.bind((scene.getEngine() as WebGPUEngine)._currentDrawContext);
        });
        return material;
    }
}

/** `count` quads: corners ±1 in x and y, the quad's number in z. */
function MakeQuads(count: number): VertexData {
    const data = new VertexData();
    const positions = new Float32Array(count * 12);
    const indices = new Uint16Array(count * 6);
    for (let quad = 0; quad < count; quad++) {
        positions.set([-1, -1, quad, 1, -1, quad, 1, 1, quad, -1, 1, quad], quad * 12);
        const v = quad * 4;
        indices.set([v, v + 1, v + 2, v, v + 2, v + 3], quad * 6);
    }
    data.positions = positions;
    data.indices = indices;
    return data;
}
