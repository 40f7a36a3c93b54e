// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.Map;
import java.util.TreeMap;

/** Fetches whose type is not the one that {@code haproxy -dKsmp} prints, and why. */
public final class DeclaredOtherwise {
    public static final Map<String, String> FETCHES = new TreeMap<>(Map.of(
            "bc_dst", "an address, as the manual says; HAProxy declares a number",
            "bc_src", "an address, as the manual says; HAProxy declares a number"));

    private DeclaredOtherwise() {}
}
