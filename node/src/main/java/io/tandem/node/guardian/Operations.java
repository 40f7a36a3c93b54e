// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.OperatingConfig.Hook;
import io.tandem.config.model.OperatingConfig.ProxyHealth;
import io.tandem.config.model.OperatingConfig.Witness;
import io.tandem.node.guardian.GuardianStatus.Operating;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.link.LivenessLinks;
import io.tandem.vrrp.router.Alarms;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.VirtualRouter;
import io.tandem.vrrp.router.VirtualRouters;
import io.tandem.vrrp.track.HookRunner;
import io.tandem.vrrp.track.WitnessWatch;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What goes on around the virtual routers: alarms, the witness, hooks, and whether this node may preempt. Thread-safe. */
final class Operations implements AutoCloseable {
    private final Alarms alarms;
    private final PreemptionGate gate;
    private final ClusterWatch watch;
    private final @Nullable WitnessWatch witness;
    private final @Nullable HookRunner onActive;
    private final @Nullable HookRunner onAlarm;
    private final @Nullable LivenessLinks links;
    private final VirtualRouters routers;
    private final EventLog log;
    private final @Nullable ProxyHealth health;

    /** Before the reactor runs. */
    Operations(
            OperatingConfig config,
            Reactor reactor,
            VirtualRouters routers,
            @Nullable LivenessLinks links,
            EventLog log) {
        this.links = links;
        this.routers = routers;
        this.log = log;
        health = config.health();
        alarms = new Alarms(log, this::onAlarm);
        onAlarm = runner("on-alarm", config.onAlarm(), log);
        onActive = runner("on-active", config.onActive(), log);
        gate = new PreemptionGate(routers);
        Witness asked = config.witness();
        witness = asked == null ? null : WitnessWatch.start(asked, log);
        watch = new ClusterWatch(links, witness, routers, alarms, gate);
        reactor.add(watch);
        routers.use(alarms);
    }

    private @Nullable HookRunner runner(String name, @Nullable Hook hook, EventLog log) {
        if (hook == null) {
            return null;
        }
        boolean alarming = name.equals("on-active");
        return new HookRunner(name, hook, log, (subject, failure) -> {
            if (alarming && failure != null) {
                alarms.raise(Alarms.Kind.HOOK_FAILED, subject, "hook=" + name + " cause=" + failure);
            } else if (alarming) {
                alarms.clear(Alarms.Kind.HOOK_FAILED, subject);
            }
        });
    }

    PreemptionGate gate() {
        return gate;
    }

    /** The members that the proxy's channel sees; null while there is no proxy. */
    void onView(@Nullable Set<String> members) {
        watch.onView(members);
    }

    /** The backends whose servers the proxy is to watch, separated by commas; none for the empty string. */
    String watchedBackends() {
        return health == null ? "" : String.join(",", health.backends());
    }

    /** Another proxy: its health is not yet known, and that of the last one no more. */
    void onHello() {
        if (health != null) {
            routers.illness(0);
        }
    }

    /** @param ill the backend without a usable server, or the empty string */
    void onHealth(String ill) {
        ProxyHealth watched = health;
        if (watched != null) {
            log.info("guardian proxy health=" + (ill.isEmpty() ? "well" : "ill backend=" + ill));
            routers.illness(ill.isEmpty() ? 0 : watched.weight());
        }
    }

    /** A virtual router has moved; reactor's thread. */
    void onState(VirtualRouter router, StateChange change) {
        HookRunner runner = onActive;
        String name = router.config().name();
        if (change.to() != State.ACTIVE) {
            alarms.clear(Alarms.Kind.HOOK_FAILED, name);
            return;
        }
        if (runner != null) {
            Map<String, String> facts = new TreeMap<>();
            facts.put("TANDEM_ROUTER", name);
            facts.put("TANDEM_VRID", String.valueOf(router.config().vrid()));
            facts.put("TANDEM_INTERFACE", router.config().interfaceName());
            facts.put("TANDEM_REASON", change.reason().toString());
            facts.put(
                    "TANDEM_ADDRESSES",
                    router.config().addresses().stream()
                            .map(address -> address.address().getHostAddress())
                            .collect(Collectors.joining(",")));
            runner.run(name, facts, () -> router.state() == State.ACTIVE);
        }
    }

    private void onAlarm(Alarms.Kind kind, String subject, String detail, boolean stands) {
        HookRunner runner = onAlarm;
        if (runner != null) {
            Map<String, String> facts = new TreeMap<>();
            facts.put("TANDEM_ALARM", kind.word());
            facts.put("TANDEM_OF", subject);
            facts.put("TANDEM_DETAIL", detail);
            facts.put("TANDEM_STANDS", stands ? "yes" : "no");
            runner.run(kind.word() + ":" + subject, facts, () -> true);
        }
    }

    Operating status() {
        Map<String, String> hooks = new TreeMap<>();
        if (onActive != null) {
            hooks.put("on-active", onActive.lastResult());
        }
        if (onAlarm != null) {
            hooks.put("on-alarm", onAlarm.lastResult());
        }
        WitnessWatch asked = witness;
        String seen = asked == null
                ? ""
                : asked.witness().address().getHostAddress() + " is="
                        + (asked.isReachable() ? "reachable" : "unreachable");
        LivenessLinks liveness = links;
        return new Operating(
                gate.reason(),
                alarms.standing(),
                alarms.raised(),
                seen,
                hooks,
                liveness == null ? 0 : liveness.strangers(),
                liveness == null ? 0 : liveness.halfOpen());
    }

    @Override
    public void close() {
        if (witness != null) {
            witness.close();
        }
        if (onActive != null) {
            onActive.close();
        }
        if (onAlarm != null) {
            onAlarm.close();
        }
    }
}
