import { describe, expect, it } from "@jest/globals";
import { FaceFrame } from "../../../../src/animation/face/faceFrame.js";
import { type IFaceLandmarks, MediaPipeFace } from "../../../../src/animation/face/mediaPipeFace.js";
import { ArkitIndices } from "../../../../src/animation/face/vocabulary/arkit.js";

const { jawOpen, eyeBlinkLeft, eyeBlinkRight } = ArkitIndices;

/** A result as the landmarker gives it; the head turned to the person's left by an angle. */
function Result(scores: Readonly<Record<string, number>>, yaw = 0, size = 1): IFaceLandmarks {
    const [c, s] = [size * Math.cos(yaw), size * Math.sin(yaw)];
    return {
        faceBlendshapes: [
            { categories: Object.entries(scores).map(([categoryName, score]) => ({ categoryName, score })) },
        ],
        // Column by column, 40 cm before the camera.
        facialTransformationMatrixes: [{ data: [c, 0, -s, 0, 0, size, 0, 0, s, 0, c, 0, 2, 1, -40, 1] }],
    };
}

describe("a face that MediaPipe sees", () => {
    it("is taken by name, with the turn of the head", () => {
        const face = new MediaPipeFace();
        const frame = new FaceFrame();
        expect(face.readFace(frame, 0)).toBe(false);
        face.update(Result({ _neutral: 0.9, jawOpen: 0.4, eyeBlinkLeft: 0.8, mystery: 1, mouthPucker: NaN }, 0.3, 1.7));
        expect(face.readFace(frame, 1 / 60)).toBe(true);
        expect([frame.weights[jawOpen], frame.weights[eyeBlinkLeft]]).toEqual([0.4, 0.8].map(Math.fround));
        expect(frame.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1.2, 5);
        expect([...frame.head]).toEqual(
            [0, Math.sin(0.15), 0, Math.cos(0.15)].map((value) => expect.closeTo(value, 6)),
        );
    });

    it("may be seen as in a mirror", () => {
        const face = new MediaPipeFace({ isMirrored: true });
        const frame = new FaceFrame();
        face.update(Result({ eyeBlinkLeft: 0.8 }, 0.3));
        face.readFace(frame, 0);
        expect([frame.weights[eyeBlinkLeft], frame.weights[eyeBlinkRight]]).toEqual([0, Math.fround(0.8)]);
        expect(frame.head[1]).toBeCloseTo(-Math.sin(0.15), 6);
    });

    it("is gone half a second after the last result, and broken results change nothing", () => {
        const face = new MediaPipeFace();
        const frame = new FaceFrame();
        face.update(Result({ jawOpen: 0.4 }, 0.3));
        face.update({ faceBlendshapes: [] });
        face.update({
            faceBlendshapes: [{ categories: [{ categoryName: "jawOpen", score: 0.5 }] }],
            facialTransformationMatrixes: [{ data: [NaN] }],
        });
        expect(face.readFace(frame, 0.4)).toBe(true);
        expect(frame.weights[jawOpen]).toBe(0.5);
        expect(frame.head[1]).toBeCloseTo(Math.sin(0.15), 6);
        expect(face.readFace(frame, 0.2)).toBe(false);
    });
});
