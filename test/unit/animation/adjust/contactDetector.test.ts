import { describe, expect, it } from "@jest/globals";
import { ContactDetector } from "../../../../src/animation/adjust/contactDetector.js";
import { FootPoints } from "../../../../src/animation/adjust/footPoints.js";

/** Feet of a person twice as large as the thresholds are stated for: all figures below are halved in effect. */
function LargeFeet(): FootPoints {
    const feet = new FootPoints(1.7, [0.2, 0.1, 0.2, 0.1]);
    feet.positions.set([0, 0.2, 0, 0, 0.1, 0.3, 0, 0.2, 0, 0, 0.1, 0.3]);
    return feet;
}

/** Moves the left ankle at a speed, and gently to a height over its rest, both in the person's own size. */
function Move(
    detector: ContactDetector,
    feet: FootPoints,
    speed: number,
    height: number,
    frames: number,
    dt: number,
): void {
    const rise = (0.2 + height - feet.positions[1]!) / frames;
    for (let i = 0; i < frames; i++) {
        feet.positions[1]! += rise;
        feet.positions[0]! += speed * dt;
        detector.update(feet, dt);
    }
}

describe("ContactDetector", () => {
    it.each([1 / 30, 1 / 60, 1 / 240])("has hysteresis in speed, in the size of the person, at steps of %f s", (dt) => {
        const detector = new ContactDetector();
        const feet = LargeFeet();
        detector.update(feet, dt);
        Move(detector, feet, 0.34, 0, 10, dt);
        expect(detector.contacts[0]).toBe(0);
        Move(detector, feet, 0.26, 0, 10, dt);
        expect(detector.contacts[0]).toBe(1);
        Move(detector, feet, 0.56, 0, 30, dt);
        expect(detector.contacts[0]).toBe(1);
        Move(detector, feet, 0.64, 0, 30, dt);
        expect(detector.contacts[0]).toBe(0);
        expect(Array.from(detector.contacts.slice(1))).toEqual([1, 1, 1]);
    });

    it("has hysteresis in height", () => {
        const detector = new ContactDetector();
        const feet = LargeFeet();
        detector.update(feet, 0.02);
        Move(detector, feet, 0, 0.2, 5, 0.02);
        Move(detector, feet, 0, 0.11, 50, 0.02);
        expect(detector.contacts[0]).toBe(0);
        Move(detector, feet, 0, 0.09, 50, 0.02);
        expect(detector.contacts[0]).toBe(1);
        Move(detector, feet, 0, 0.15, 50, 0.02);
        expect(detector.contacts[0]).toBe(1);
        Move(detector, feet, 0, 0.17, 50, 0.02);
        expect(detector.contacts[0]).toBe(0);
    });

    it("holds a contact for 80 ms, but not a foot that is gone", () => {
        const detector = new ContactDetector();
        const feet = LargeFeet();
        detector.update(feet, 0.01);
        Move(detector, feet, 0, 0, 1, 0.01);
        Move(detector, feet, 0.7, 0, 4, 0.01);
        expect(detector.contacts[0]).toBe(1);
        Move(detector, feet, 0.7, 0, 6, 0.01);
        expect(detector.contacts[0]).toBe(0);
        Move(detector, feet, 0, 0, 1, 0.01);
        expect(detector.contacts[0]).toBe(1);
        Move(detector, feet, 4, 0, 1, 0.01);
        expect(detector.contacts[0]).toBe(0);
    });

    it("lets markers override what is detected, point by point", () => {
        const detector = new ContactDetector();
        const feet = LargeFeet();
        detector.update(feet, 0.02, [1, 0, 0.5, 1]);
        feet.positions[0]! += 10;
        detector.update(feet, 0.02, [1, 0, 0.5, 1]);
        expect(Array.from(detector.contacts)).toEqual([1, 0, 1, 1]);
    });

    it("holds while paused and forgets when time jumps", () => {
        const detector = new ContactDetector();
        const feet = LargeFeet();
        for (let i = 0; i < 3; i++) {
            detector.update(feet, 0.02);
        }
        feet.positions[0] = 5;
        detector.update(feet, 0);
        expect(detector.contacts[0]).toBe(1);
        for (const jump of [-0.02, 3, NaN]) {
            detector.update(feet, jump);
            expect(Array.from(detector.contacts)).toEqual([0, 0, 0, 0]);
            detector.update(feet, 0.02);
            expect(Array.from(detector.contacts)).toEqual([1, 1, 1, 1]);
        }
    });

    it("lets a point that is no number stand nowhere", () => {
        const detector = new ContactDetector();
        const feet = LargeFeet();
        feet.positions[0] = NaN;
        detector.update(feet, 0.02);
        detector.update(feet, 0.02);
        expect(Array.from(detector.contacts)).toEqual([0, 1, 1, 1]);
    });
});
