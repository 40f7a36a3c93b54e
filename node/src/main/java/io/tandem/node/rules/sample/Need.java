// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.EnumSet;
import java.util.Set;

/** What a fetch looks at, and therefore where it can be used (the matrix of {@code haproxy -dKsmp}). */
public enum Need {
    /** Nothing of the exchange: constants, internal states. */
    NOTHING("internal state", EnumSet.allOf(Place.class)),
    CLIENT_ADDRESS("address information", EnumSet.allOf(Place.class)),
    FRONTEND("frontend", EnumSet.allOf(Place.class)),
    CLIENT_CONNECTION("client-side connection", EnumSet.complementOf(EnumSet.of(Place.CONNECTION))),
    REQUEST_BUFFER("request buffer", Sets.REQUEST),
    REQUEST_HEAD("HTTP request headers", Sets.REQUEST),
    /** {@code hdr}: of the message at hand. */
    MESSAGE_HEAD("HTTP request headers", Sets.union(Sets.REQUEST, Sets.RESPONSE)),
    /** Kept of the request until the end: captures. */
    REQUEST_KEPT("HTTP request", Sets.FROM_CONTENT),
    BACKEND("backend", Sets.FROM_BACKEND),
    SERVER("server", Sets.RESPONSE_AND_LOG),
    SERVER_CONNECTION("server-side connection", Sets.RESPONSE_AND_LOG),
    RESPONSE_BUFFER("response buffer", Sets.RESPONSE),
    RESPONSE_HEAD("HTTP response headers", Sets.RESPONSE),
    RESPONSE_KEPT("HTTP response", Sets.RESPONSE_AND_LOG);

    private final String wording;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final Set<Place> places;

    Need(String wording, Set<Place> places) {
        this.wording = wording;
        this.places = places;
    }

    public String wording() {
        return wording;
    }

    public boolean isMetIn(Place place) {
        return places.contains(place);
    }

    private static final class Sets {
        static final Set<Place> REQUEST = EnumSet.of(
                Place.CONTENT,
                Place.REQUEST,
                Place.SWITCHING,
                Place.BACKEND_CONTENT,
                Place.BACKEND_REQUEST,
                Place.BALANCE);
        static final Set<Place> RESPONSE = EnumSet.of(
                Place.BACKEND_RESPONSE_CONTENT,
                Place.BACKEND_RESPONSE,
                Place.STORE,
                Place.RESPONSE_CONTENT,
                Place.RESPONSE);
        static final Set<Place> RESPONSE_AND_LOG = union(RESPONSE, EnumSet.of(Place.LOG));
        static final Set<Place> FROM_BACKEND =
                union(EnumSet.of(Place.BACKEND_CONTENT, Place.BACKEND_REQUEST, Place.BALANCE), RESPONSE_AND_LOG);
        static final Set<Place> FROM_CONTENT = union(REQUEST, RESPONSE_AND_LOG);

        private Sets() {}

        static Set<Place> union(Set<Place> a, Set<Place> b) {
            EnumSet<Place> all = EnumSet.copyOf(a);
            all.addAll(b);
            return all;
        }
    }
}
