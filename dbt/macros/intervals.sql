{# Wilson's limits of a share, 95 %: E. B. Wilson (1927), JASA 22. `side` is + or -. #}
{% macro wilson(hits, trials, side) -%}
    (({{ hits }} + 1.9208) {{ side }} 1.96 * sqrt({{ hits }} * ({{ trials }} - {{ hits }}) / {{ trials }} + 0.9604))
    / ({{ trials }} + 3.8416)
{%- endmacro %}

{#
  A limit of the difference of two shares, 95 %: R. G. Newcombe (1998), Statistics in Medicine 17, method 10. Holds for
  few customers and for shares near 0, where the usual interval does not. `side` is + or -.
#}
{% macro newcombe(hits, trials, other_hits, other_trials, side) -%}
    {{ hits }} / {{ trials }} - {{ other_hits }} / {{ other_trials }} {{ side }} sqrt(
        pow({{ hits }} / {{ trials }} - ({{ wilson(hits, trials, side) }}), 2)
        + pow({{ other_hits }} / {{ other_trials }} - ({{ wilson(other_hits, other_trials, '-' if side == '+' else '+') }}), 2)
    )
{%- endmacro %}
