// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import org.jspecify.annotations.Nullable;

/**
 * What certificates of one {@code bind} or {@code server} line are verified against. Immutable; files that are replaced while
 * the process runs make a new one.
 *
 * @param authorities whom to trust
 * @param revocations what is revoked; null where that is not looked at
 * @param ignoredAbove errors of issuers that do not matter ({@code ca-ignore-err})
 * @param ignoredOfLeaf errors of the certificate itself that do not matter ({@code crt-ignore-err})
 */
public record VerifyPolicy(
        Authorities authorities,
        @Nullable RevocationLists revocations,
        IgnoredErrors ignoredAbove,
        IgnoredErrors ignoredOfLeaf) {}
