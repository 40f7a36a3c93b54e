// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.text.Origin;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A section being read: its name, where it stands, and a facet for each feature that its lines touched. */
public class Draft {
    private final SectionKind kind;
    private final String name;
    private final Origin origin;
    private final Map<FacetKey<?>, Facet> facets = new ConcurrentHashMap<>(); // loops may be the first to ask

    public Draft(SectionKind kind, String name, Origin origin) {
        this.kind = kind;
        this.name = name;
        this.origin = origin;
    }

    public SectionKind kind() {
        return kind;
    }

    public String name() {
        return name;
    }

    public Origin origin() {
        return origin;
    }

    /** The feature's facet, made on first use. Any thread, once the section has been read. */
    public <F extends Facet> F facet(FacetKey<F> key) {
        Facet present = facets.get(key);
        if (present == null) {
            Facet fresh = key.fresh().get();
            Facet other = facets.putIfAbsent(key, fresh);
            present = other == null ? fresh : other;
        }
        return key.type().cast(present);
    }

    /** Keeps one facet with {@code other}: of what belongs to the whole configuration rather than to one section. */
    public <F extends Facet> void share(FacetKey<F> key, Draft other) {
        facets.put(key, other.facet(key));
    }

    /** Takes over the facets of a {@code defaults} section. Called before the first line. */
    public void inheritFrom(Draft defaults) {
        defaults.facets.forEach((key, facet) -> facets.put(key, facet.inherit()));
    }

    /**
     * Whether a setting of frontends matters here; where it does not a warning says so, as HAProxy words it.
     *
     * @param ending what the warning ends in behind {@code no frontend capability}
     */
    public boolean needsFrontend(Arguments line, String keyword, String ending) {
        if (kind() == SectionKind.BACKEND) {
            line.warn("'" + keyword + "' ignored because " + this + " has no frontend capability" + ending);
            return false;
        }
        return true;
    }

    /** The same for settings of backends. */
    public boolean needsBackend(Arguments line, String keyword, String ending) {
        if (kind() == SectionKind.FRONTEND) {
            line.warn("'" + keyword + "' ignored because " + this + " has no backend capability" + ending);
            return false;
        }
        return true;
    }

    /** How HAProxy names it in messages: {@code frontend 'web'}. */
    @Override
    public String toString() {
        return kind.keyword() + " '" + name + "'";
    }
}
