// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import org.jspecify.annotations.Nullable;

/**
 * The statistics of one frontend, listener, server or backend: a value for each column, or none where the column does not
 * apply or is not measured.
 */
public final class Row {
    /** What a row is about; the number is the column {@code type}. */
    public enum Kind {
        FRONTEND(0, 'F', "Frontend"),
        BACKEND(1, 'B', "Backend"),
        SERVER(2, 'S', "Server"),
        LISTENER(3, 'L', "Listener");

        private final int number;
        private final char letter;
        private final String json;

        Kind(int number, char letter, String json) {
            this.number = number;
            this.letter = letter;
            this.json = json;
        }

        public int number() {
            return number;
        }

        public char letter() {
            return letter;
        }

        /** The {@code objType} of the JSON form. */
        public String json() {
            return json;
        }
    }

    private final Kind kind;
    private final int proxyId;
    private final int serviceId;
    private final @Nullable Object[] values = new Object[Columns.ALL.size()];

    Row(Kind kind, String proxy, int proxyId, String service, int serviceId) {
        this.kind = kind;
        this.proxyId = proxyId;
        this.serviceId = serviceId;
        set("pxname", proxy);
        set("svname", service);
        set("pid", 1);
        set("iid", proxyId);
        set("sid", serviceId);
        set("type", kind.number());
    }

    public Kind kind() {
        return kind;
    }

    public int proxyId() {
        return proxyId;
    }

    public int serviceId() {
        return serviceId;
    }

    void set(String column, long value) {
        values[Columns.index(column)] = value;
    }

    void set(String column, @Nullable String value) {
        values[Columns.index(column)] = value;
    }

    /** The value, a {@link Long} or a {@link String}; null where there is none. */
    public @Nullable Object value(int column) {
        return values[column];
    }

    public @Nullable Object value(String column) {
        return values[Columns.index(column)];
    }

    /** The value as text; empty where there is none. */
    public String text(String column) {
        Object value = value(column);
        return value == null ? "" : value.toString();
    }
}
