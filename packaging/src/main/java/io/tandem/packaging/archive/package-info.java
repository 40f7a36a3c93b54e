// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The class archive that shortens start-up. Receives the distribution's class path; hands on a JVM in which everything a
 * start needs is loaded, for the JVM itself to archive at its end. One thread.
 */
@NullMarked
package io.tandem.packaging.archive;

import org.jspecify.annotations.NullMarked;
