import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import { Constants } from "@babylonjs/core/Engines/constants.js";
import { type WebGPUDrawContext } from "@babylonjs/core/Engines/WebGPU/webgpuDrawContext.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { ShaderLanguage } from "@babylonjs/core/Materials/shaderLanguage.js";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { WebGPUDataBuffer } from "@babylonjs/core/Meshes/WebGPU/webgpuDataBuffer.js";
import { type Scene } from "@babylonjs/core/scene.js";
import fragmentSource from "../../shaders/6-raster/splat.fragment.wgsl";
import vertexSource from "../../shaders/6-raster/splat.vertex.wgsl";
import { ComposeShader, U32 } from "../gpu/shaderComposer.js";
import { DrawArgumentsLayout } from "../pipeline/5-sort/drawArgumentsLayout.js";
import { PipelineShaderConstants, SplatsPerInstance } from "../pipeline/constants.js";
import { PipelineShaderIncludes } from "../pipeline/pipelineShaders.js";
import { type SplatView } from "../pipeline/splatView.js";

/** Name of the material and of the hidden mesh, as seen in GPU captures. */
const SplatMeshName = "gaussianAvatars";

/** One camera's sorted splats as buffers that Babylon can bind, and the draws that read its count. */
interface IBoundView {
    readonly view: SplatView;
    generation: number;
    projectedSplats: WebGPUDataBuffer;
    sortedIndices: WebGPUDataBuffer;
    drawArguments: WebGPUDataBuffer;
    readonly drawContexts: WebGPUDrawContext[];
}

/**
 * The one mesh that draws every avatar of a scene, inside Babylon's own pass: instanced batches of quads that read the
 * sorted splats of the camera being rendered, blended over whatever opaque meshes left in the depth buffer.
 *
 * Babylon's indirect draws are not public API: `WebGPUDrawContext.enableIndirectDraw` and `indirectDrawBuffer` must be
 * checked when Babylon is upgraded (checked with 9.34). The draw context exists only after a view was drawn once, so
 * that first draw uses the CPU's upper bound, whose surplus quads the vertex shader moves out of sight.
 */
export class SplatMesh extends Mesh {
    private readonly _views: IBoundView[] = [];
    private readonly _selectView: () => SplatView | null;

    /**
     * @param scene the scene to draw in
     * @param selectView chooses the view to draw; called at every draw
     */
    public constructor(scene: Scene, selectView: () => SplatView | null) {
        super(SplatMeshName, scene);
        this._selectView = selectView;
        this.doNotSerialize = true;
        this.isPickable = false;
        this.alwaysSelectAsActiveMesh = true;
        this.reservedDataStore = { hidden: true };
        MakeQuads(SplatsPerInstance).applyToMesh(this);
        const material = CreateSplatMaterial(scene);
        material.onBindObservable.add(() => {
            this._bindView(scene.getEngine() as WebGPUEngine);
        });
        this.material = material;
    }

    /** Upper bound of the splats drawn; the GPU's own count decides how many there are. */
    public set maximumSplats(count: number) {
        this.forcedInstanceCount = Math.max(1, Math.ceil(count / SplatsPerInstance));
    }

    /**
     * Records the copies that hand each view's count of visible splats to Babylon's indirect draws.
     *
     * @param encoder the frame's encoder, after the sort
     */
    public encodeDrawArguments(encoder: GPUCommandEncoder): void {
        for (let v = this._views.length - 1; v >= 0; v--) {
            const { view, drawContexts } = this._views[v]!;
            if (view.isDisposed) {
                this._views.splice(v, 1);
                continue;
            }
            for (let i = drawContexts.length - 1; i >= 0; i--) {
                const { indirectDrawBuffer } = drawContexts[i]!;
                if (indirectDrawBuffer) {
                    encoder.copyBufferToBuffer(view.drawArguments, 0, indirectDrawBuffer, 0, IndirectDrawBytes);
                } else {
                    drawContexts.splice(i, 1); // Babylon disposed it
                }
            }
        }
    }

    /** Removes the mesh and its material. */
    public override dispose(doNotRecurse?: boolean): void {
        const { material } = this;
        this._views.length = 0;
        super.dispose(doNotRecurse);
        material?.dispose();
    }

    private _bindView(engine: WebGPUEngine): void {
        const context = engine._currentDrawContext;
        const view = this._selectView();
        if (!view) {
            return;
        }
        const bound = this._getBoundView(view);
        context.setBuffer("projectedSplats", bound.projectedSplats);
        context.setBuffer("sortedIndices", bound.sortedIndices);
        context.setBuffer("drawArguments", bound.drawArguments);
        if (!bound.drawContexts.includes(context)) {
            context.enableIndirectDraw = true;
            bound.drawContexts.push(context);
        }
    }

    private _getBoundView(view: SplatView): IBoundView {
        for (const bound of this._views) {
            if (bound.view === view) {
                if (bound.generation !== view.generation) {
                    Object.assign(bound, WrapBuffers(view));
                }
                return bound;
            }
        }
        const bound = { view, ...WrapBuffers(view), drawContexts: [] };
        this._views.push(bound);
        return bound;
    }
}

/** Index count, instance count, first index, base vertex, first instance: five words. */
const IndirectDrawBytes = 20;

function WrapBuffers(view: SplatView): Omit<IBoundView, "view" | "drawContexts"> {
    const wrap = (buffer: GPUBuffer): WebGPUDataBuffer => new WebGPUDataBuffer(buffer, buffer.size);
    return {
        generation: view.generation,
        projectedSplats: wrap(view.projectedSplats),
        sortedIndices: wrap(view.sortedIndices),
        drawArguments: wrap(view.drawArguments),
    };
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

const RasterShaderLibrary = {
    includes: PipelineShaderIncludes,
    constants: { ...PipelineShaderConstants, VisibleCountWord: U32(DrawArgumentsLayout.visibleCount) },
};

function CreateSplatMaterial(scene: Scene): ShaderMaterial {
    const material = new ShaderMaterial(
        SplatMeshName,
        scene,
        {
            vertexSource: ComposeShader(vertexSource, RasterShaderLibrary),
            fragmentSource: ComposeShader(fragmentSource, RasterShaderLibrary),
        },
        {
            shaderLanguage: ShaderLanguage.WGSL,
            attributes: [VertexBuffer.PositionKind],
            storageBuffers: ["projectedSplats", "sortedIndices", "drawArguments"],
            needAlphaBlending: true,
        },
    );
    // Colour and opacity blend alike, so that a transparent canvas receives premultiplied pixels.
    material.alphaMode = Constants.ALPHA_PREMULTIPLIED_PORTERDUFF;
    material.disableDepthWrite = true;
    material.backFaceCulling = false;
    material.doNotSerialize = true;
    return material;
}
