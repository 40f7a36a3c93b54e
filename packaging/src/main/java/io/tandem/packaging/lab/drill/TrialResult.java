// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

/**
 * What one trial measured.
 *
 * @param failedNode the node that the fault was injected on
 * @param nextNode who has the address afterwards
 * @param outageNs longest gap between the send times of successive answered probes, around the fault
 * @param restoreGapNs the same while the node came back
 * @param takeBackGapNs of that, when a node with preemption took the address back; 0 without
 * @param load the requests from shortly before the fault until the node was back
 * @param entriesBefore stick-table entries of the failed node, 20 ms old at the fault
 * @param entriesAfter those of them that the next node has
 * @param clientsBefore clients answered more than 20 ms before the fault (the latest of them)
 * @param clientsKept those of them that still reach their server
 * @param duplicateNs longest time two hosts had the address, until the node was back
 * @param restoreNs from restoring the node until it was in step again
 */
record TrialResult(
        String failedNode,
        String nextNode,
        long outageNs,
        long restoreGapNs,
        long takeBackGapNs,
        LoadCounts load,
        int entriesBefore,
        int entriesAfter,
        int clientsBefore,
        int clientsKept,
        long duplicateNs,
        long restoreNs) {}
