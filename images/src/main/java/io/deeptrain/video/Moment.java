package io.deeptrain.video;

/**
 * A moment of a video that is looked at.
 *
 * @param index the first moment is 0
 * @param frame number of the frame that is shown then, in the order of showing; the first is 0
 * @param millis from the beginning of the video
 */
public record Moment(int index, int frame, long millis) {}
