// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

/** Whether this node holds virtual addresses. */
public enum Role {
    /** At least one virtual router is Active here. */
    ACTIVE,
    /** None is, or none is configured. */
    BACKUP
}
