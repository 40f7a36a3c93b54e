// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.text.Origin;

/** A {@code defaults}, {@code frontend}, {@code listen} or {@code backend} section being read. */
public final class ProxyDraft extends Draft {
    private Mode mode = Mode.TCP;
    private int id;
    private boolean customId;
    private boolean disabled;
    private String description = "";

    public ProxyDraft(SectionKind kind, String name, Origin origin) {
        super(kind, name, origin);
    }

    public boolean isFrontend() {
        return kind() == SectionKind.FRONTEND || kind() == SectionKind.LISTEN;
    }

    public boolean isBackend() {
        return kind() == SectionKind.BACKEND || kind() == SectionKind.LISTEN;
    }

    /** {@code tcp} unless said otherwise (HAProxy manual, {@code mode}). */
    public Mode mode() {
        return mode;
    }

    public void mode(Mode mode) {
        this.mode = mode;
    }

    /** The number statistics show, from 1; 0 until assigned. */
    public int id() {
        return id;
    }

    public void id(int id) {
        this.id = id;
    }

    /** Whether the section says which number it has. */
    public boolean hasCustomId() {
        return customId;
    }

    /** The section says which number it has. */
    public void customId(int number) {
        id = number;
        customId = true;
    }

    /** {@code frontend 'web'}, as messages about the whole proxy have it: a {@code listen} section is a proxy there. */
    public String described() {
        return (isFrontend() && isBackend() ? "proxy" : kind().keyword()) + " '" + name() + "'";
    }

    /** A comment for the statistics page, or the empty string. */
    public String description() {
        return description;
    }

    public void description(String text) {
        description = text;
    }

    public boolean disabled() {
        return disabled;
    }

    public void disabled(boolean disabled) {
        this.disabled = disabled;
    }

    @Override
    public void inheritFrom(Draft defaults) {
        super.inheritFrom(defaults);
        if (defaults instanceof ProxyDraft proxy) {
            mode = proxy.mode;
            disabled = proxy.disabled;
        }
    }
}
