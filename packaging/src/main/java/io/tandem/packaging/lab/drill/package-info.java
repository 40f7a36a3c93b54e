// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Rehearsed failures. Receives a running lab and a fault; hands on how long its clients noticed. Probes, load and
 * address samples come from a thread each; the lab's main thread injects the fault and judges.
 */
@NullMarked
package io.tandem.packaging.lab.drill;

import org.jspecify.annotations.NullMarked;
