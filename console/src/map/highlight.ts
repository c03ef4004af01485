// What a card under the pointer or the focus points at on the map.
import { collection, type DrawnOutline, drawable, pointFeature } from "../geo";
import { EMPTY } from "../geo";
import { centreOn, frameGeometries, setSource } from "./map";

export interface Place {
  place?: readonly number[] | null;
  outline?: DrawnOutline | null;
}

export const hasPlace = (at: Place): boolean => (at.place?.length ?? 0) >= 2 || Boolean(at.outline);

export function highlight(at: Place | null): void {
  if (!at) return setSource("highlight", EMPTY);
  const features = [];
  if (at.outline) features.push({ type: "Feature" as const, properties: {}, geometry: drawable(at.outline) });
  if (at.place && at.place.length >= 2) features.push(pointFeature(at.place));
  setSource("highlight", collection(features));
}

export function goTo(at: Place): void {
  highlight(at);
  if (at.place && at.place.length >= 2) centreOn([...at.place]);
  else if (at.outline) frameGeometries([drawable(at.outline)]);
}

/** Handlers that make any element light its place up, by mouse and by keyboard. */
export const lightsUp = (at: Place) => ({
  onMouseEnter: () => highlight(at),
  onMouseLeave: () => highlight(null),
  onFocusCapture: () => highlight(at),
  onBlurCapture: () => highlight(null),
});
