// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * What a fetch looks at, and therefore where it can be used: the rows of the matrix of {@code haproxy -dKsmp}, with a letter for
 * each {@link Place}.
 */
public enum Need {
    /** Nothing at all: constants, the clock, variables. */
    NOTHING("internal state", "YYYYYYYYYYYYYYYYYYYYYY"),
    INTERNAL_STATE("internal state", "YYYYYYYYYYYYYYYYYYYY.Y"),
    CLIENT_ADDRESS("client address", "YYYYYYYYYYYYYYYYYYYY.."),
    FRONTEND("frontend", "YYYYYYYYYYYYYYYYYYY..."),
    CLIENT_CONNECTION("client-side connection", ".YYYYYYYYYYYYYYYYYY..."),
    REQUEST_BUFFER("request buffer", "..YYYYYYYYY..........."),
    REQUEST_HEAD("HTTP request headers", "..YYYYYYYYY..........."),
    /** {@code payload}: of the side at hand. */
    MESSAGE_BUFFER("request buffer,response buffer", "..YYYYYYYYYYYYYYYY.Y.."),
    /** {@code hdr}: of the message at hand. */
    MESSAGE_HEAD("HTTP request headers,HTTP response headers", "..YYYYYYYYYYYYYYYY.Y.."),
    /** Kept of the request until the end: captures. */
    REQUEST_KEPT("HTTP request", "..YYYYYYYYYYYYYYYYY..."),
    BACKEND("backend", "......YYYYYYYYYYYYYY.."),
    SERVER("server", "..........YYYYYYYYYY.."),
    /** Known of the response before it comes: whether a cache has it. */
    RESPONSE_SOURCE("HTTP response", "..........YYYYYYYYYY.."),
    SERVER_ADDRESS("server address", "...........YYYYYYYYY.."),
    SERVER_CONNECTION("server-side connection", "...........YYYYYYYYY.."),
    RESPONSE_BUFFER("response buffer", "...........YYYYYYY.Y.."),
    RESPONSE_HEAD("HTTP response headers", "...........YYYYYYY.Y.."),
    RESPONSE_KEPT("HTTP response", "...........YYYYYYYYY..");

    private final String wording;
    private final String places;

    Need(String wording, String places) {
        this.wording = wording;
        this.places = places;
    }

    public String wording() {
        return wording;
    }

    @SuppressWarnings("EnumOrdinal") // a column for each place
    public boolean isMetIn(Place place) {
        return places.charAt(place.ordinal()) == 'Y';
    }

    /** Whether it is bytes in a buffer (HAProxy's layer 6), of which a proxy in HTTP mode has none. */
    public boolean isBytes() {
        return this == REQUEST_BUFFER || this == MESSAGE_BUFFER || this == RESPONSE_BUFFER;
    }

    /** Whether it is a message's head, which in TCP mode has to be read from the bytes that are there. */
    boolean isHead() {
        return this == REQUEST_HEAD || this == MESSAGE_HEAD;
    }
}
