import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";

/**
 * A word at the feet of somebody, or at another height, in the page, over the picture.
 *
 * @param text the word
 * @param node who it stays with; it goes when the node goes
 * @param overlay the page
 * @param scene whose active camera sees it
 * @param height metres above the ground (default: 0)
 */
export function AddNameTag(text: string, node: TransformNode, overlay: HTMLElement, scene: Scene, height = 0): void {
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.textContent = text;
    overlay.append(tag);
    const place = new Vector3();
    const observer = scene.onAfterRenderObservable.add(() => {
        const canvas = scene.getEngine().getRenderingCanvas()!;
        const { x, z } = node.absolutePosition;
        place.set(x, height, z);
        const viewport = scene.activeCamera!.viewport.toGlobal(canvas.clientWidth, canvas.clientHeight);
        const at = Vector3.Project(place, Matrix.IdentityReadOnly, scene.getTransformMatrix(), viewport);
        tag.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, 40%)`;
    });
    node.onDisposeObservable.addOnce(() => {
        observer.remove();
        tag.remove();
    });
}
