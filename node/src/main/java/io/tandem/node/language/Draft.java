// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.text.Origin;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A section being read: its name, where it stands, and a facet for each feature that its lines touched. */
public class Draft {
    private final SectionKind kind;
    private final String name;
    private final Origin origin;
    /** Loops may be the first to ask for one; null once forgotten. */
    private volatile @Nullable Map<FacetKey<?>, Facet> facets = new ConcurrentHashMap<>();

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
        Map<FacetKey<?>, Facet> all = facets();
        Facet present = all.get(key);
        if (present == null) {
            Facet fresh = key.fresh().get();
            Facet other = all.putIfAbsent(key, fresh);
            present = other == null ? fresh : other;
        }
        return key.type().cast(present);
    }

    /** Keeps one facet with {@code other}: of what belongs to the whole configuration rather than to one section. */
    public <F extends Facet> void share(FacetKey<F> key, Draft other) {
        facets().put(key, other.facet(key));
    }

    private Map<FacetKey<?>, Facet> facets() {
        Map<FacetKey<?>, Facet> all = facets;
        if (all == null) {
            throw new IllegalStateException(this + " has been built, and what it was built of is forgotten");
        }
        return all;
    }

    /** It has been built: what its lines said goes, all but its name and its number. Asked for a facet it throws from now on. */
    void forget() {
        facets = null;
    }

    /** Takes over the facets of a {@code defaults} section. Called before the first line. */
    public void inheritFrom(Draft defaults) {
        Map<FacetKey<?>, Facet> own = facets();
        defaults.facets().forEach((key, facet) -> own.put(key, facet.inherit()));
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
