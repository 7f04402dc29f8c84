package io.deeptrain.cli.demo;

import java.time.Duration;
import java.time.ZoneId;

/**
 * What a demo works with.
 *
 * @param app the id of the app that it creates; nobody has it yet
 * @param url where the API is, for people
 * @param home where the data lie, for people
 * @param zone in which times are shown
 */
public record DemoSettings(
        String app, String url, String home, int images, int epochs, Duration trainingTimeMax, ZoneId zone) {}
