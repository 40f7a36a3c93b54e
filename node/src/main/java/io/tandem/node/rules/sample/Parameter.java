// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * One argument of a fetch or converter as declared.
 *
 * @param name for the reference page
 */
public record Parameter(String name, Kind kind, boolean optional) {
    /** What can be written there. */
    public enum Kind {
        STRING("string"),
        INTEGER("integer"),
        IPV4("IPv4 address"),
        IPV6("IPv6 address"),
        MASK4("IPv4 mask"),
        MASK6("IPv6 mask"),
        BACKEND("backend"),
        FRONTEND("frontend"),
        SERVER("server"),
        TABLE("table"),
        USERLIST("user list"),
        REGEX("regex"),
        /** Numbers with dots between them. */
        FIELD_NUMBER("Protocol buffers field number");

        private final String wording;

        /** Whether an empty argument means something: an empty text, or the proxy at hand. */
        boolean mayBeEmpty() {
            return switch (this) {
                case STRING, BACKEND, FRONTEND, SERVER, TABLE, USERLIST -> true;
                case INTEGER, IPV4, IPV6, MASK4, MASK6, REGEX, FIELD_NUMBER -> false;
            };
        }

        Kind(String wording) {
            this.wording = wording;
        }

        /** HAProxy's name of it. */
        public String wording() {
            return wording;
        }
    }

    public static Parameter string(String name) {
        return new Parameter(name, Kind.STRING, false);
    }

    public static Parameter integer(String name) {
        return new Parameter(name, Kind.INTEGER, false);
    }

    public static Parameter optionalString(String name) {
        return new Parameter(name, Kind.STRING, true);
    }

    public static Parameter optionalInteger(String name) {
        return new Parameter(name, Kind.INTEGER, true);
    }

    public static Parameter of(Kind kind) {
        return new Parameter(kind.wording(), kind, false);
    }

    /** The current proxy is meant where it is left out. */
    public static Parameter optional(Kind kind) {
        return new Parameter(kind.wording(), kind, true);
    }
}
